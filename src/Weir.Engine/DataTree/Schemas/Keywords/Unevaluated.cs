using System.Text.Json;
using Weir.Engine.DataTree.Schemas.Evaluating;

namespace Weir.Engine.DataTree.Schemas.Keywords;

/// <summary><c>unevaluatedProperties</c>; stands after all other keywords of its schema.</summary>
internal sealed class UnevaluatedProperties(string place, SchemaNode schema) : Keyword(place)
{
    public override bool Check(Evaluation run, JsonElement value, Evaluated? evaluated)
    {
        if (value.ValueKind != JsonValueKind.Object) return true;
        var holds = true;
        var position = 0;
        foreach (var member in value.EnumerateObject())
        {
            if (!run.Charge(1)) return false;
            if (!evaluated!.Has(position++)) holds &= CheckMember(run, member);
            if (!holds && run.IsBrief) return false;
        }

        evaluated!.AddAll();
        return holds;
    }

    private bool CheckMember(Evaluation run, JsonProperty member)
    {
        if (schema.Verdict != false) return run.CheckMember(schema, member);
        return run.IsBrief ? false : run.Fail(Place, $"has the property `{member.Name}`, of which no schema speaks");
    }
}

/// <summary><c>unevaluatedItems</c>; stands after all other keywords of its schema.</summary>
internal sealed class UnevaluatedItems(string place, SchemaNode schema) : Keyword(place)
{
    public override bool Check(Evaluation run, JsonElement value, Evaluated? evaluated)
    {
        if (value.ValueKind != JsonValueKind.Array) return true;
        var holds = true;
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (!run.Charge(1)) return false;
            if (!evaluated!.Has(index)) holds &= run.CheckItem(schema, item, index);
            if (!holds && run.IsBrief) return false;
            index++;
        }

        evaluated!.AddAll();
        return holds;
    }
}
