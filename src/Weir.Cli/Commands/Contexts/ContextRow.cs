using System.Text.Json.Serialization;

namespace Weir.Cli.Commands.Contexts;

/// <summary>A context as it is listed: without its token.</summary>
internal sealed record ContextRow(string Name, string Url)
{
    public bool Current { get; init; }
    public string? Namespace { get; init; }
    public bool HasToken { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ContextRow))]
internal sealed partial class ContextRowJson : JsonSerializerContext;
