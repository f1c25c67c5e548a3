using System.Text.Json.Nodes;

namespace Weir.Engine.Definitions;

/// <summary>
/// What a value of the flow file must look like. The reader checks files with it and the published schema is written
/// from it, so the two cannot drift apart.
/// </summary>
internal abstract record Shape
{
    /// <summary>Reports what is wrong with the form of a value; its meaning is checked elsewhere.</summary>
    public abstract void Check(TreeValue value, string path, ProblemList problems);

    /// <summary>JSON Schema 2020-12.</summary>
    public abstract JsonObject ToSchema();

    /// <summary>Whether leaving the value empty is the same as leaving the key out.</summary>
    public virtual bool MayBeNothing => false;

    protected static JsonArray Words(IEnumerable<string> words) =>
        [.. words.Select(word => (JsonNode?)JsonValue.Create(word))];
}

internal sealed record BooleanShape : Shape
{
    public override void Check(TreeValue value, string path, ProblemList problems)
    {
        if (value is TreeText { Boolean: not null }) return;
        var hint = value is TreeText { Plain: false, Value: "true" or "false" } ? ": leave out the quotes" : "";
        problems.Add(path, value.Place, $"expected true or false, found {value.Description}{hint}");
    }

    public override JsonObject ToSchema() => new() { ["type"] = "boolean" };
}

internal sealed record NumberShape(decimal Min, decimal Max, bool Whole) : Shape
{
    public override void Check(TreeValue value, string path, ProblemList problems)
    {
        var number = (value as TreeText)?.Number;
        if (number is null || (Whole && number != Math.Truncate(number.Value)))
            problems.Add(path, value.Place, $"expected a {(Whole ? "whole " : "")}number, found {value.Description}");
        else if (number < Min || number > Max)
            problems.Add(path, value.Place, $"expected a number from {Min} to {Max}, found {value.Description}");
    }

    public override JsonObject ToSchema() =>
        new() { ["type"] = Whole ? "integer" : "number", ["minimum"] = Min, ["maximum"] = Max };
}
