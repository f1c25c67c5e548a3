using System.Text.Json.Nodes;

namespace Weir.Engine.Definitions;

/// <summary>A map whose keys the user chooses.</summary>
internal sealed record MapShape(TextFormat KeyFormat, Shape Value, int Max) : Shape
{
    public override bool MayBeNothing => true;

    public override void Check(TreeValue value, string path, ProblemList problems)
    {
        if (value is not TreeMap map)
        {
            problems.Add(path, value.Place, $"expected a map (`NAME: value`), found {value.Description}");
            return;
        }

        if (map.Entries.Length > Max)
            problems.Add(path, value.Place, $"the map has {map.Entries.Length} entries; at most {Max} are allowed");
        foreach (var (key, item) in map.Entries.Take(Max))
        {
            var itemPath = TreePath.Key(path, key.Value);
            if (KeyFormat.Check(key.Value) is { } problem) problems.Add(itemPath, key.Place, problem);
            Value.Check(item, itemPath, problems);
        }
    }

    public override JsonObject ToSchema() => new()
    {
        ["type"] = Words(["object", "null"]),
        ["propertyNames"] = new JsonObject { ["pattern"] = KeyFormat.Pattern },
        ["additionalProperties"] = Value.ToSchema(),
        ["maxProperties"] = Max,
    };
}
