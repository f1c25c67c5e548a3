using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Weir.Cli.Output;

/// <summary>JSON as YAML: block style; a text is quoted (as JSON does) whenever a reader could take it for something
/// else.</summary>
internal static class YamlText
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./@+ -");

    private static readonly HashSet<string> Words =
        new(["true", "false", "null", "yes", "no", "on", "off", "y", "n"], StringComparer.OrdinalIgnoreCase);

    public static string Of(JsonElement element)
    {
        var text = new StringBuilder();
        Write(text, element, 0, inline: false);
        return text.ToString();
    }

    public static string OfList(IReadOnlyList<JsonElement> elements)
    {
        if (elements.Count == 0) return "[]\n";
        var text = new StringBuilder();
        foreach (var element in elements) Item(text, element, 0);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonElement element, int indent, bool inline)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object when element.EnumerateObject().Any():
                Members(text, element, indent, inline);
                break;
            case JsonValueKind.Array when element.GetArrayLength() > 0:
                if (inline) text.Append('\n');
                foreach (var item in element.EnumerateArray()) Item(text, item, indent);
                break;
            default:
                text.Append(Scalar(element)).Append('\n');
                break;
        }
    }

    private static void Members(StringBuilder text, JsonElement element, int indent, bool inline)
    {
        if (inline) text.Append('\n');
        foreach (var member in element.EnumerateObject())
        {
            text.Append(' ', indent).Append(Quoted(member.Name)).Append(": ");
            var start = text.Length;
            Write(text, member.Value, indent + 2, inline: true);
            // a nested block begins on its own line: no blank after the colon
            if (text[start] == '\n') text.Remove(start - 1, 1);
        }
    }

    private static void Item(StringBuilder text, JsonElement item, int indent)
    {
        var start = text.Length;
        Write(text, item, indent + 2, inline: false);
        if (item.ValueKind is JsonValueKind.Object or JsonValueKind.Array && text[start] == ' ')
        {
            text[start + indent] = '-';
            return;
        }

        text.Insert(start, new string(' ', indent) + "- ");
    }

    private static string Scalar(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "{}",
        JsonValueKind.Array => "[]",
        JsonValueKind.String => Quoted(element.GetString()!),
        _ => element.GetRawText(),
    };

    private static string Quoted(string text)
    {
        var plain = text.Length > 0
            && !text.AsSpan().ContainsAnyExcept(Plain)
            && (char.IsAsciiLetter(text[0]) || text[0] is '/' or '_')
            && !text.EndsWith(' ')
            && !Words.Contains(text);
        return plain ? text : $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
    }
}
