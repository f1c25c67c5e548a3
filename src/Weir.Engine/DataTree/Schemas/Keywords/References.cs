using System.Text.Json;
using Weir.Engine.DataTree.Schemas.Evaluating;

namespace Weir.Engine.DataTree.Schemas.Keywords;

/// <summary><c>$ref</c>, and every <c>$dynamicRef</c> that can only mean one schema.</summary>
internal sealed class Reference(string place, SchemaNode target) : Keyword(place)
{
    public override IEnumerable<SchemaNode> InPlace => [target];

    public override bool Check(Evaluation run, JsonElement value, Evaluated? evaluated) =>
        run.Check(target, value, evaluated);
}

/// <summary>
/// <c>$dynamicRef</c> to a dynamic anchor: the outermost schema on the way here decides what it means.
/// </summary>
internal sealed class DynamicReference(string place, string anchor, SchemaNode lexical) : Keyword(place)
{
    public override bool Check(Evaluation run, JsonElement value, Evaluated? evaluated) =>
        run.Check(run.Outermost(anchor) ?? lexical, value, evaluated);
}
