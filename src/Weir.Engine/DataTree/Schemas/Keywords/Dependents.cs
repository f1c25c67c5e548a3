using System.Text.Json;
using Weir.Engine.DataTree.Schemas.Evaluating;

namespace Weir.Engine.DataTree.Schemas.Keywords;

/// <summary><c>dependentRequired</c></summary>
internal sealed class DependentRequired(string place, (string Name, string[] Needs)[] rules) : Keyword(place)
{
    public override bool Check(Evaluation run, JsonElement value, Evaluated? evaluated)
    {
        if (value.ValueKind != JsonValueKind.Object) return true;
        var holds = true;
        foreach (var (name, needs) in rules)
        {
            if (!run.Charge(value.GetPropertyCount())) return false;
            if (!value.TryGetProperty(name, out _)) continue;
            foreach (var need in needs)
            {
                if (!run.Charge(value.GetPropertyCount())) return false;
                if (value.TryGetProperty(need, out _)) continue;
                holds = run.IsBrief ? false : run.Fail(Place, $"must have the property `{need}` because it has `{name}`");
            }
        }

        return holds;
    }
}

/// <summary><c>dependentSchemas</c></summary>
internal sealed class DependentSchemas(string place, (string Name, SchemaNode Schema)[] rules) : Keyword(place)
{
    public override IEnumerable<SchemaNode> InPlace => rules.Select(rule => rule.Schema);

    public override bool Check(Evaluation run, JsonElement value, Evaluated? evaluated)
    {
        if (value.ValueKind != JsonValueKind.Object) return true;
        var holds = true;
        foreach (var (name, schema) in rules)
        {
            if (!run.Charge(value.GetPropertyCount())) return false;
            if (value.TryGetProperty(name, out _)) holds &= run.Check(schema, value, evaluated);
        }

        return holds;
    }
}
