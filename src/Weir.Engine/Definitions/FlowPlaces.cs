namespace Weir.Engine.Definitions;

/// <summary>Finds the places of a definition's parts in its file.</summary>
internal sealed class FlowPlaces(TreeMap root)
{
    /// <summary>The value at a path; short forms stand for what they are short for.</summary>
    public TreeValue? Find(params ReadOnlySpan<object> path)
    {
        TreeValue? value = root;
        foreach (var part in path)
        {
            value = (value, part) switch
            {
                (TreeMap map, string key) => map[key],
                (TreeList list, int index) => index < list.Items.Length ? list.Items[index] : null,
                _ => value,
            };
        }

        return value;
    }

    public Place Of(params ReadOnlySpan<object> path) => Find(path)?.Place ?? root.Place;

    /// <summary>The place of a character in a text.</summary>
    public Place Of(int offset, params ReadOnlySpan<object> path) =>
        Find(path) is TreeText text ? text.At(offset) : Of(path);
}
