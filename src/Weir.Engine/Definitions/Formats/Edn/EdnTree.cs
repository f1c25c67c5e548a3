using System.Globalization;

namespace Weir.Engine.Definitions.Formats.Edn;

/// <summary>
/// Turns EDN into the tree that JSON of the same meaning gives: keywords and symbols are texts, sets are lists, and a
/// tagged element is a list whose first item is the tag, as references are written without reader tags.
/// </summary>
internal static class EdnTree
{
    public static TreeValue Of(EdnValue value, ProblemList problems) => value switch
    {
        EdnNil nil => Native.Bare("null", nil.Place),
        EdnBoolean truth => Native.Flag(truth.Value, truth.Place),
        EdnText text => Native.Text(text.Value, text.Place),
        EdnCharacter character => Native.Text(character.Value, character.Place),
        EdnSymbol symbol => Native.Text(symbol.Name, symbol.Place),
        EdnKeyword keyword => Native.Text(keyword.Name, keyword.Place),
        EdnInteger integer => Native.Bare(integer.Value.ToString(CultureInfo.InvariantCulture), integer.Place),
        EdnFloat number => Native.Bare(number.Written, number.Place),
        EdnSequence sequence => Native.List(sequence.Items.Select(item => Of(item, problems)), sequence.Place),
        EdnSet set => Native.List(set.Items.Select(item => Of(item, problems)), set.Place),
        EdnTagged { Tag: "inst" or "uuid" } plain => Of(plain.Value, problems),
        EdnTagged tagged => Native.List([HeadOf(tagged), Of(tagged.Value, problems)], tagged.Place),
        EdnMap map => MapOf(map, problems),
        _ => Native.Bare("null", value.Place),
    };

    /// <summary>Tags of the user have a namespace; those without one are short for Nostromo's own.</summary>
    private static TreeText HeadOf(EdnTagged tagged) =>
        Native.Text(tagged.Tag.Contains('/') ? tagged.Tag : "nos/" + tagged.Tag, tagged.Place);

    private static TreeMap MapOf(EdnMap map, ProblemList problems)
    {
        var entries = new Dictionary<string, TreeEntry>();
        foreach (var (key, value) in map.Entries)
        {
            if (Of(key, problems) is not TreeText name)
            {
                problems.Add("", key.Place, "a key must be a keyword, a text, a symbol or a number");
                continue;
            }

            if (!entries.TryAdd(name.Value, new TreeEntry(name, Of(value, problems))))
                problems.Add("", key.Place, $"the key `{name.Value}` stands already in this map, spelt in another way");
        }

        return new TreeMap([.. entries.Values], map.Place);
    }
}
