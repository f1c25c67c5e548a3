using System.Text.Json.Nodes;

namespace Weir.Engine.Definitions;

/// <summary>A list of at most <paramref name="Max"/> items; a single item may stand without its list.</summary>
internal sealed record ListShape(Shape Item, int Max, int Min = 0) : Shape
{
    public bool TakesSingle { get; init; } = true;

    public override bool MayBeNothing => Min == 0;

    public override void Check(TreeValue value, string path, ProblemList problems)
    {
        if (value is not TreeList list)
        {
            if (Min > 0 && value is TreeText { IsNull: true }) problems.Add(path, value.Place, "the list is empty");
            else if (!TakesSingle) problems.Add(path, value.Place, $"expected a list, found {value.Description}");
            else Item.Check(value, path, problems);
            return;
        }

        if (list.Items.Length < Min) problems.Add(path, value.Place, "the list is empty");
        if (list.Items.Length > Max)
            problems.Add(path, value.Place, $"the list has {list.Items.Length} items; at most {Max} are allowed");
        foreach (var (index, item) in list.Items.Take(Max).Index())
            Item.Check(item, TreePath.Item(path, index), problems);
    }

    public override JsonObject ToSchema()
    {
        var list = new JsonObject
        {
            ["type"] = "array",
            ["items"] = Item.ToSchema(),
            ["minItems"] = Min,
            ["maxItems"] = Max,
        };
        if (!TakesSingle) return list;
        var forms = new JsonArray(list, Item.ToSchema());
        if (MayBeNothing) forms.Add((JsonNode)new JsonObject { ["type"] = "null" });
        return new() { ["anyOf"] = forms };
    }
}
