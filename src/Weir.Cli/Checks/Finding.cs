using System.Text.Json.Serialization;
using Weir.Contracts.Json;

namespace Weir.Cli.Checks;

/// <summary>What a check found, and the line to run when it is not well.</summary>
internal sealed record Finding(string Check, FindingLevel Level, string Message)
{
    public string? Run { get; init; }

    public static Finding Ok(string check, string message) => new(check, FindingLevel.Ok, message);

    public static Finding Warn(string check, string message, string? run = null) =>
        new(check, FindingLevel.Warn, message) { Run = run };

    public static Finding Fail(string check, string message, string? run = null) =>
        new(check, FindingLevel.Fail, message) { Run = run };
}

[JsonConverter(typeof(SnakeCaseEnumConverter<FindingLevel>))]
internal enum FindingLevel
{
    Ok,
    Warn,
    Fail,
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Finding))]
internal sealed partial class FindingJson : JsonSerializerContext;
