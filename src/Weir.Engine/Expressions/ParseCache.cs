using System.Collections.Concurrent;

namespace Weir.Engine.Expressions;

/// <summary>
/// Remembers the parsed forms of short texts. Forgets everything when full, which bounds it without a clock.
/// </summary>
internal sealed class ParseCache<T>(int capacity, int maxKeyLength)
{
    private readonly ConcurrentDictionary<string, T> _entries = new(StringComparer.Ordinal);

    public int Count => _entries.Count;

    public T GetOrAdd(string key, Func<string, T> make)
    {
        if (_entries.TryGetValue(key, out var known)) return known;
        var made = make(key);
        if (key.Length > maxKeyLength) return made;
        if (_entries.Count >= capacity) _entries.Clear();
        _entries[key] = made;
        return made;
    }
}
