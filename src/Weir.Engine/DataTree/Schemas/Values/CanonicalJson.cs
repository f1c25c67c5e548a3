using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Weir.Engine.DataTree.Schemas.Values;

/// <summary>
/// A text that is the same for values that JSON Schema holds for equal: numbers by value, objects in any order. Sets
/// of such texts find equal values without comparing each with each.
/// </summary>
internal static class CanonicalJson
{
    private const int MaxDepth = 256;

    public static string Of(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String) return "\"" + value.GetString();
        var text = new StringBuilder();
        Write(text, value, 0);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonElement value, int depth)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when depth < MaxDepth:
                text.Append('{');
                foreach (var property in value.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    WriteText(text, property.Name);
                    Write(text, property.Value, depth + 1);
                }

                text.Append('}');
                break;
            case JsonValueKind.Array when depth < MaxDepth:
                text.Append('[');
                foreach (var item in value.EnumerateArray()) Write(text, item, depth + 1);
                text.Append(']');
                break;
            case JsonValueKind.String:
                WriteText(text, value.GetString()!);
                break;
            case JsonValueKind.Number when ExactNumber.Read(value) is { } number:
                text.Append('#').Append(number).Append(';');
                break;
            default:
                text.Append('~').Append(value.GetRawText()).Append(';');
                break;
        }
    }

    /// <summary>With its length, so that no text can look like the end of itself.</summary>
    private static void WriteText(StringBuilder text, string value) =>
        text.Append(CultureInfo.InvariantCulture, $"\"{value.Length}:").Append(value);
}
