using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Weir.Engine.DataTree.Schemas.Values;

/// <summary>Finds what belongs to the name of a property, or to a text, without making a string of it.</summary>
internal sealed class NameTable<T>(IEnumerable<KeyValuePair<string, T>> entries)
    where T : class
{
    private const int OnStack = 64;

    private readonly FrozenDictionary<string, T>.AlternateLookup<ReadOnlySpan<char>> _lookup =
        entries.ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    public int Count => _lookup.Dictionary.Count;

    public T? Find(JsonProperty property)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(property);
        return IsPlain(raw) ? FindPlain(raw) : Find(property.Name);
    }

    /// <param name="text">A JSON string.</param>
    public T? Find(JsonElement text)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text)[1..^1];
        return IsPlain(raw) ? FindPlain(raw) : Find(text.GetString()!);
    }

    private T? Find(string name) => _lookup.TryGetValue(name, out var found) ? found : null;

    private T? FindPlain(ReadOnlySpan<byte> raw)
    {
        Span<char> name = stackalloc char[OnStack];
        return _lookup.TryGetValue(name[..Encoding.UTF8.GetChars(raw, name)], out var found) ? found : null;
    }

    private static bool IsPlain(ReadOnlySpan<byte> raw) => raw.Length <= OnStack && !raw.Contains((byte)'\\');
}
