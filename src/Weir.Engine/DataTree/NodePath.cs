using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Engine.DataTree;

/// <summary>
/// The names from a root down to a node, kept as the text of a JSON array: equal paths are equal texts.
/// </summary>
internal static class NodePath
{
    public static string Write(IEnumerable<string> names) =>
        JsonSerializer.Serialize([.. names], NodeJson.Default.StringArray);

    /// <param name="above">The path of the parent; null for a root.</param>
    /// <param name="name">Of the node.</param>
    public static string Below(string? above, string name)
    {
        var last = JsonSerializer.Serialize(name, NodeJson.Default.String);
        return above is null ? $"[{last}]" : $"{above.AsSpan(0, above.Length - 1)},{last}]";
    }

    public static IReadOnlyList<string> Read(string path) =>
        JsonSerializer.Deserialize(path, NodeJson.Default.StringArray)!;
}

/// <summary>JSON that is written as it is.</summary>
[JsonConverter(typeof(JsonTextConverter))]
internal readonly record struct JsonText(string Text);

internal sealed class JsonTextConverter : JsonConverter<JsonText>
{
    public override JsonText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(JsonElement.ParseValue(ref reader).GetRawText());

    public override void Write(Utf8JsonWriter writer, JsonText value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Text, skipInputValidation: true);
}
