using System.Globalization;
using System.Text.Json;
using Weir.Engine.DataTree.Schemas.Evaluating;

namespace Weir.Engine.DataTree.Schemas.Keywords;

/// <summary><c>allOf</c></summary>
internal sealed class AllOf(string place, SchemaNode[] schemas) : Keyword(place)
{
    public override IEnumerable<SchemaNode> InPlace => schemas;

    public override bool Check(Evaluation run, JsonElement value, Evaluated? evaluated)
    {
        var holds = true;
        foreach (var schema in schemas)
        {
            holds &= run.Check(schema, value, evaluated);
            if (!holds && run.IsBrief) return false;
        }

        return holds;
    }
}

/// <summary><c>anyOf</c> and <c>oneOf</c>, which differ in whether a second match is an error.</summary>
internal sealed class Alternatives(string place, SchemaNode[] schemas, bool exactlyOne) : Keyword(place)
{
    public override IEnumerable<SchemaNode> InPlace => schemas;

    public override bool Check(Evaluation run, JsonElement value, Evaluated? evaluated)
    {
        var first = -1;
        for (var i = 0; i < schemas.Length; i++)
        {
            // What a branch that fails has looked at does not count.
            var seen = evaluated is null ? null : new Evaluated();
            if (!run.CheckSilently(schemas[i], value, seen)) continue;
            if (exactlyOne && first >= 0) return run.IsBrief ? false : run.Fail(Place, Twice(first, i));
            first = first < 0 ? i : first;
            evaluated?.Merge(seen!);
            if (!exactlyOne && evaluated is null) return true;
        }

        if (first >= 0) return true;

        // The failure is here, so the members that no branch wanted are no failure of their own.
        evaluated?.AddAll();
        return run.IsBrief ? false : run.Fail(Place, NoMatch(run, value));
    }

    private static string Twice(int first, int second) => string.Create(
        CultureInfo.InvariantCulture, $"must match exactly one of the schemas, matches number {first} and number {second}");

    private string NoMatch(Evaluation run, JsonElement value)
    {
        var (number, violations) = schemas.Select((schema, i) => (i, run.Explore(schema, value)))
            .Where(branch => branch.Item2.Count > 0).OrderBy(branch => branch.Item2.Count)
            .ThenByDescending(branch => branch.Item2[0].Instance.Length).FirstOrDefault();
        var nearest = violations is [var nearestViolation, ..]
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"; nearest is number {number}, where {At(nearestViolation.Instance)}{nearestViolation.Message}")
            : "";
        var wanted = exactlyOne ? "exactly one" : "at least one";
        return string.Create(CultureInfo.InvariantCulture, $"must match {wanted} of {schemas.Length} schemas{nearest}");
    }

    private static string At(string pointer) => pointer.Length == 0 ? "it " : $"{pointer} ";
}

/// <summary><c>not</c></summary>
internal sealed class Not(string place, SchemaNode schema) : Keyword(place)
{
    public override IEnumerable<SchemaNode> InPlace => [schema];

    public override bool Check(Evaluation run, JsonElement value, Evaluated? evaluated) =>
        !run.CheckSilently(schema, value, null) || run.Fail(Place, "must not match the schema in `not`");
}

/// <summary><c>if</c> with <c>then</c> and <c>else</c>.</summary>
internal sealed class Conditional(string place, SchemaNode condition, SchemaNode? then, SchemaNode? otherwise)
    : Keyword(place)
{
    public override IEnumerable<SchemaNode> InPlace =>
        new[] { condition, then, otherwise }.Where(schema => schema is not null)!;

    public override bool Check(Evaluation run, JsonElement value, Evaluated? evaluated)
    {
        var seen = evaluated is null ? null : new Evaluated();
        var matches = run.CheckSilently(condition, value, seen);
        if (matches) evaluated?.Merge(seen!);
        var chosen = matches ? then : otherwise;
        return chosen is null || run.Check(chosen, value, evaluated);
    }
}
