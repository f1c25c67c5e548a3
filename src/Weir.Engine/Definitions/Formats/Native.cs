using Weir.Engine.Expressions;

namespace Weir.Engine.Definitions.Formats;

/// <summary>
/// Makes parts of a native flow that stand at the places of the foreign text they came from, so that every later
/// check speaks of the file that its author wrote.
/// </summary>
internal static class Native
{
    public static TreeText Text(string value, Place place) => new(value, Plain: false, place);

    /// <summary>A number, <c>true</c>, <c>false</c> or null.</summary>
    public static TreeText Bare(string value, Place place) => new(value, Plain: true, place);

    public static TreeText Flag(bool value, Place place) => Bare(value ? "true" : "false", place);

    public static TreeList List(IEnumerable<TreeValue> items, Place place) => new([.. items], place);

    /// <summary>A foreign text where native ones are templates: it says the same as a template.</summary>
    public static string Literal(string text) =>
        text.Replace(Template.Open, "$" + Template.Open, StringComparison.Ordinal);
}

/// <summary>Gathers the entries of a native map in the order in which they are printed.</summary>
internal sealed class NativeMap(Place place)
{
    private readonly List<TreeEntry> _entries = [];
    private readonly Dictionary<string, int> _positions = [];

    public Place Place => place;

    public bool Has(string key) => _positions.ContainsKey(key);

    /// <summary>Null and what is empty is left out; a key that is there already gets the new value.</summary>
    public NativeMap Set(string key, TreeValue? value)
    {
        if (value is null or TreeList { Items.IsEmpty: true } or TreeMap { Entries.IsEmpty: true }) return this;
        return Put(key, value);
    }

    public NativeMap Set(string key, string? text) => text is null ? this : Put(key, Native.Text(text, place));

    public NativeMap Set(string key, NativeMap map) => Set(key, map.Build());

    /// <summary>Also what is empty.</summary>
    public NativeMap Put(string key, TreeValue value)
    {
        var entry = new TreeEntry(Native.Text(key, value.Place), value);
        if (_positions.TryAdd(key, _entries.Count)) _entries.Add(entry);
        else _entries[_positions[key]] = entry;
        return this;
    }

    public TreeMap Build() => new([.. _entries], place);
}
