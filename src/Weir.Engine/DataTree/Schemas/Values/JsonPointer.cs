using System.Globalization;
using System.Text.Json;

namespace Weir.Engine.DataTree.Schemas.Values;

/// <summary>JSON pointers (RFC 6901).</summary>
internal static class JsonPointer
{
    public static string Escape(string segment) =>
        segment.AsSpan().ContainsAny('~', '/') ? segment.Replace("~", "~0").Replace("/", "~1") : segment;

    public static string Append(string pointer, string segment) => $"{pointer}/{Escape(segment)}";

    public static string Append(string pointer, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index}");

    /// <returns>Null when the pointer leads nowhere.</returns>
    public static JsonElement? Find(JsonElement root, string pointer)
    {
        var at = root;
        foreach (var segment in pointer.Split('/').Skip(1))
        {
            var name = segment.Replace("~1", "/").Replace("~0", "~");
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out var member)) at = member;
            else if (IsIndex(name, out var index) && at.ValueKind == JsonValueKind.Array && index < at.GetArrayLength())
                at = at[index];
            else return null;
        }

        return at;
    }

    private static bool IsIndex(string text, out int index) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out index)
        && (text.Length == 1 || text[0] != '0');
}
