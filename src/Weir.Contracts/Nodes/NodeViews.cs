using System.Text.Json;

namespace Weir.Contracts.Nodes;

/// <summary>A data node: an immutable record in a tree. The controller computes what was not sent.</summary>
public sealed record NodeView
{
    /// <summary>24 hexadecimal digits that rise with time; unique in this database.</summary>
    public required string Id { get; init; }
    public required string Name { get; init; }

    /// <summary>The names from the root to this node.</summary>
    public IReadOnlyList<string> Path { get; set; } = [];

    /// <summary>The node above; null = a root.</summary>
    public string? Parent { get; init; }
    public required string Kind { get; init; }
    public JsonElement Data { get; init; }

    /// <summary>URLs by name.</summary>
    public IReadOnlyDictionary<string, string> Artifacts { get; set; } = new Dictionary<string, string>();

    /// <summary>What made it, as that described itself.</summary>
    public JsonElement? Task { get; init; }
    public required string Owner { get; init; }
    public required DateTimeOffset Created { get; init; }
    public required string Namespace { get; init; }
}

/// <summary>What a node is made of. Id, path, owner, namespace and time are the controller's to say.</summary>
public sealed record AddNodeRequest(string Name)
{
    /// <summary>The id of the node above; null makes a root.</summary>
    public string? Parent { get; init; }

    /// <summary><c>node</c> when left out.</summary>
    public string? Kind { get; init; }

    /// <summary>An object; its keys and values are the user's.</summary>
    public JsonElement? Data { get; init; }

    /// <summary>Absolute http and https URLs by name.</summary>
    public IReadOnlyDictionary<string, string>? Artifacts { get; init; }

    /// <summary>An object with a UUID under <c>uuid</c> or <c>id</c>.</summary>
    public JsonElement? Task { get; init; }
}

/// <summary>A tree of nodes that is added whole or not at all.</summary>
public sealed record AddTreeRequest(AddNodeRequest Node)
{
    public IReadOnlyList<AddTreeRequest>? ChildNodes { get; init; }
}

/// <summary>Nodes that were added, each after the one above it.</summary>
public sealed record AddedNodes(IReadOnlyList<NodeView> Nodes);

/// <summary>Ids in the order of the lines that were sent.</summary>
public sealed record AddedBatch(IReadOnlyList<string> Ids);

/// <summary>A page of nodes.</summary>
public sealed record NodePage(IReadOnlyList<NodeView> Items)
{
    /// <summary>How many there are in all; only when asked for.</summary>
    public long? Total { get; init; }
    public required int Limit { get; init; }
    public int Offset { get; init; }

    /// <summary>The cursor of the next page; null = this was the last.</summary>
    public string? Next { get; init; }

    /// <summary>
    /// The search met its limit of time before the page was full: <see cref="Next"/> goes on from there.
    /// </summary>
    public bool? Partial { get; init; }
}
