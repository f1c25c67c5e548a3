using Weir.Contracts.Json;
using Weir.Contracts.Nodes;
using Weir.Contracts.Routes;

namespace Weir.Contracts.Client;

/// <summary>The data tree.</summary>
public sealed class NodesClient
{
    private readonly ApiConnection _connection;

    internal NodesClient(ApiConnection connection) => _connection = connection;

    public Task<NodeView> AddAsync(AddNodeRequest node, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, ApiRoutes.Nodes, node,
            (WeirJson.Default.AddNodeRequest, WeirJson.Default.NodeView), cancellationToken);

    /// <summary>All of the tree or nothing.</summary>
    public Task<AddedNodes> AddTreeAsync(AddTreeRequest tree, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, ApiRoutes.Nodes, tree,
            (WeirJson.Default.AddTreeRequest, WeirJson.Default.AddedNodes), cancellationToken);

    public Task<NodeView> GetAsync(string node, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(ApiRoutes.Fill(ApiRoutes.Node, node), WeirJson.Default.NodeView, cancellationToken);

    public Task<NodePage> ListAsync(NodeListQuery? query = null, CancellationToken cancellationToken = default) =>
        GetAsync(ApiRoutes.Nodes, query, cancellationToken);

    public Task<NodePage> ListChildrenAsync(
        string node, NodeListQuery? query = null, CancellationToken cancellationToken = default) =>
        GetAsync(ApiRoutes.Fill(ApiRoutes.NodeChildren, node), query, cancellationToken);

    /// <summary>All nodes below, each after its parent.</summary>
    public Task<NodePage> ListSubtreeAsync(
        string node, NodeListQuery? query = null, CancellationToken cancellationToken = default) =>
        GetAsync(ApiRoutes.Fill(ApiRoutes.NodeSubtree, node), query, cancellationToken);

    /// <summary>The nodes above, nearest first.</summary>
    public Task<NodePage> ListAncestorsAsync(string node, CancellationToken cancellationToken = default) =>
        GetAsync(ApiRoutes.Fill(ApiRoutes.NodeAncestors, node), null, cancellationToken);

    public Task<long> CountAsync(NodeListQuery? query = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            NodeListQuery.Append(ApiRoutes.NodeCount, query), WeirJson.Default.Int64, cancellationToken);

    private Task<NodePage> GetAsync(string path, NodeListQuery? query, CancellationToken cancellationToken) =>
        _connection.GetAsync(NodeListQuery.Append(path, query), WeirJson.Default.NodePage, cancellationToken);
}

/// <summary>Which nodes; everything that is set must hold.</summary>
public sealed record NodeListQuery
{
    /// <summary><c>kind</c> → <c>kbuild</c>, <c>data.size__gt</c> → <c>3</c>; a field may come several times.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Fields { get; set; } = [];
    public bool NewestFirst { get; init; }
    public bool WithTotal { get; init; }

    /// <summary>Levels below the node, where that is asked for.</summary>
    public int? Depth { get; init; }
    public PageQuery Page { get; set; } = new();

    internal static string Append(string path, NodeListQuery? query)
    {
        if (query is null) return path;
        var text = new ApiQuery(path);
        foreach (var (field, value) in query.Fields) text.With(Uri.EscapeDataString(field), value);
        return text.With("order", query.NewestFirst ? "-created" : null).With("total", query.WithTotal ? "true" : null)
            .With("depth", query.Depth).With("limit", query.Page.Limit).With("cursor", query.Page.Cursor).ToString();
    }
}
