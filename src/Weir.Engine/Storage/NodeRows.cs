namespace Weir.Engine.Storage;

/// <summary>A data node; never changed once it is stored.</summary>
/// <param name="Id">24 hexadecimal digits that rise with the time of creation.</param>
/// <param name="Json">What no query of a store asks for (see DataTree.NodeBody).</param>
public sealed record NodeRow(string Id, string Namespace, string Name, string Json)
{
    public string? Parent { get; init; }

    /// <summary>
    /// The ids from the root to the node itself, joined by <c>/</c>: what is below it begins with it.
    /// </summary>
    public required string Lineage { get; init; }

    /// <summary>The names from the root to the node itself, as a JSON array.</summary>
    public required string Path { get; init; }
    public required string Kind { get; init; }
    public required string Owner { get; init; }
    public required DateTimeOffset Created { get; init; }
}

/// <summary>What of a query stores answer by their indexes; everything that is set must hold.</summary>
public sealed record NodeQuery
{
    /// <summary>Null = all.</summary>
    public string? Namespace { get; init; }
    public string? Name { get; init; }
    public string? Kind { get; init; }
    public string? Owner { get; init; }
    public string? Parent { get; init; }
    public bool RootsOnly { get; init; }

    /// <summary>As <see cref="NodeRow.Path"/>.</summary>
    public string? Path { get; init; }

    /// <summary>Only nodes below the one with this lineage.</summary>
    public string? Under { get; init; }

    /// <summary>Nodes above a node and itself, at most; null = any.</summary>
    public int? Depth { get; init; }

    /// <summary>Ids beyond this one; the cursor.</summary>
    public string? After { get; init; }

    /// <summary>Ids below this one.</summary>
    public string? Before { get; init; }
    public bool NewestFirst { get; init; }
    public int Limit { get; init; } = 50;
}
