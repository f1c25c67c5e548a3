namespace Weir.Engine.DataTree.Schemas.Evaluating;

/// <summary>
/// A compiled schema or subschema. Filled once while compiling, because schemas refer to each other in circles.
/// </summary>
/// <param name="place">URI reference of the schema, for people.</param>
internal sealed class SchemaNode(string place, SchemaResource resource)
{
    public string Place => place;

    public SchemaResource Resource => resource;

    /// <summary>For the schemas <c>true</c> and <c>false</c>.</summary>
    public bool? Verdict { get; init; }

    public Keyword[] Keywords { get; set; } = [];

    /// <summary>Whether a keyword of this schema asks what the others have looked at.</summary>
    public bool TracksEvaluated { get; set; }
}

/// <summary>A schema with a URI of its own: what <c>$dynamicRef</c> looks for its anchors in.</summary>
internal sealed class SchemaResource(string uri)
{
    public string Uri => uri;

    public Dictionary<string, SchemaNode> DynamicAnchors { get; } = [];
}

/// <summary>The resources that were entered on the way to a schema, innermost first.</summary>
internal sealed record DynamicScope(SchemaResource Resource, DynamicScope? Outer)
{
    /// <returns>The anchor's schema in the outermost resource that has one.</returns>
    public SchemaNode? Outermost(string anchor)
    {
        SchemaNode? found = null;
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope.Resource.DynamicAnchors.TryGetValue(anchor, out var node)) found = node;
        }

        return found;
    }
}
