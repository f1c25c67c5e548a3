using System.Text.Json;

namespace Weir.Engine.DataTree.Schemas.Evaluating;

/// <summary>One compiled keyword, or several that are checked in one pass.</summary>
/// <param name="place">URI reference of the keyword, for people.</param>
internal abstract class Keyword(string place)
{
    public string Place => place;

    /// <summary>The subschemas that look at the same value as this keyword does.</summary>
    public virtual IEnumerable<SchemaNode> InPlace => [];

    /// <param name="evaluated">Takes note of the members and items that were looked at; null when nobody asks.</param>
    /// <returns>Whether the value holds; what does not was reported.</returns>
    public abstract bool Check(Evaluation run, JsonElement value, Evaluated? evaluated);
}

/// <summary>A keyword that only looks at the value itself.</summary>
internal abstract class Assertion(string place) : Keyword(place)
{
    public sealed override bool Check(Evaluation run, JsonElement value, Evaluated? evaluated) =>
        Holds(run, value) || run.Fail(Place, this, value);

    /// <summary>What was expected, as a sentence without its subject: <c>must be …</c>.</summary>
    public abstract string Explain(JsonElement value);

    protected abstract bool Holds(Evaluation run, JsonElement value);
}
