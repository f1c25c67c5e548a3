namespace Weir.Engine.Definitions.Formats.Nosana;

/// <summary>
/// Writes out <c>__spread__</c> (a list or a map in place), <c>__pairs__</c> (a list of key and value as a map) and
/// <c>__remove-if-empty__</c> (a list that holds nothing else is left out).
/// </summary>
internal static class JobOperators
{
    private const string Spread = "__spread__";
    private const string Pairs = "__pairs__";
    private const string RemoveIfEmpty = "__remove-if-empty__";

    /// <summary>Null when the value is left out.</summary>
    public static TreeValue? WriteOut(TreeValue value, ProblemList problems) => value switch
    {
        TreeList list => WriteOutList(list, problems),
        TreeMap map => WriteOutMap(map, problems),
        _ => value,
    };

    private static TreeList? WriteOutList(TreeList list, ProblemList problems)
    {
        var items = new List<TreeValue>();
        foreach (var item in list.Items.Where(i => i is not TreeText { Value: RemoveIfEmpty }))
        {
            if (item is TreeMap spread && spread[Spread] is { } inner)
            {
                if (Parsed(inner, problems) is TreeList others) items.AddRange(others.Items);
                else problems.Add("", inner.Place, $"`{Spread}` within a list takes a list, found {inner.Description}");
            }
            else if (WriteOut(item, problems) is { } made)
            {
                items.Add(made);
            }
        }

        var mayGo = items.Count < list.Items.Length && list.Items.Any(i => i is TreeText { Value: RemoveIfEmpty });
        var isEmpty = items.TrueForAll(i => i is TreeText { Value.Length: 0 });
        return mayGo && isEmpty ? null : Native.List(items, list.Place);
    }

    private static TreeMap WriteOutMap(TreeMap map, ProblemList problems)
    {
        var entries = new NativeMap(map.Place);
        foreach (var (key, value) in map.Entries)
        {
            if (key.Value == Spread && Parsed(value, problems) is TreeMap others)
                foreach (var entry in others.Entries) entries.Put(entry.Key.Value, entry.Value);
            else if (key.Value == Pairs && Parsed(value, problems) is TreeList pairs)
                AddPairs(pairs, entries, problems);
            else if (key.Value is Spread or Pairs)
                problems.Add("", value.Place, $"`{key.Value}` does not take {value.Description} here");
            else if (WriteOut(value, problems) is { } made) entries.Put(key.Value, made);
        }

        return entries.Build();
    }

    private static void AddPairs(TreeList pairs, NativeMap entries, ProblemList problems)
    {
        foreach (var pair in pairs.Items)
        {
            if (pair is TreeMap map && map.Text("key") is { } key && map["value"] is { } value) entries.Put(key, value);
            else problems.Add("", pair.Place, $"`{Pairs}` takes items with `key` and `value`, found {pair.Description}");
        }
    }

    /// <summary>JSON may stand as a text.</summary>
    private static TreeValue? Parsed(TreeValue value, ProblemList problems)
    {
        if (value is not TreeText text) return WriteOut(value, problems);
        return JsonTreeReader.Read(text.Value, new ProblemList(), out _) is { } tree ? At(tree, text.Place) : null;
    }

    private static TreeValue At(TreeValue value, Place place) => value switch
    {
        TreeText text => text with { Place = place, FirstCharacter = null },
        TreeList list => Native.List(list.Items.Select(i => At(i, place)), place),
        TreeMap map => new TreeMap(
            [.. map.Entries.Select(e => new TreeEntry(Native.Text(e.Key.Value, place), At(e.Value, place)))], place),
        _ => value,
    };
}
