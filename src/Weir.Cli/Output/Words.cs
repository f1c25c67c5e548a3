using System.Text.Json;

namespace Weir.Cli.Output;

/// <summary>Enums as the wire spells them.</summary>
internal static class Words
{
    public static string Of<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    public static string Of(IReadOnlyDictionary<string, string> labels) =>
        string.Join(
            ',',
            labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"));
}
