using Microsoft.AspNetCore.Http;
using Weir.Contracts.Json;
using Weir.Contracts.Nodes;
using Weir.Contracts.Problems;
using Weir.Controller.Auth;
using Weir.Controller.Features.Requests;
using Weir.Engine.DataTree;
using Weir.Engine.Storage;

namespace Weir.Controller.Features.Nodes;

/// <summary>Reads a query of nodes and answers it by a page.</summary>
internal static class NodePages
{
    private const string NodeCursor = "nodes";
    private const int LargestOffset = 10_000_000;
    private static readonly string[] OfThePage = ["limit", "cursor", "offset", "order", "total", "depth", "namespace"];

    public static (NodeSearch? Search, Refusal? Refusal) Read(HttpContext context, Caller caller, QueryReader query)
    {
        var fields = context.Request.Query.Where(pair => !OfThePage.Contains(pair.Key))
            .SelectMany(pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value ?? "")));
        var (search, problems) = NodeSearchReader.Read(fields, caller.Namespace);
        var order = query.Text("order") ?? "created";
        var (limit, cursor) = (query.PageSize(), query.Cursor(NodeCursor));
        var offset = (int)(query.Number("offset", 0, LargestOffset) ?? 0);
        var wrong = new List<Problem>([.. problems, .. query.Problems]);
        if (order is not ("created" or "-created"))
            wrong.Add(new Problem("order", 0, 0, $"`{order}` is neither created nor -created"));
        if (wrong.Count > 0) return (null, Refusal.Invalid(wrong));
        var newestFirst = order == "-created";
        var asked = search!.Query with { Limit = limit, NewestFirst = newestFirst };
        if (cursor is not null) asked = newestFirst ? asked with { Before = cursor } : asked with { After = cursor };
        var withTotal = query.Text("total") is "true" or "1";
        return (search with { Query = asked, Offset = cursor is null ? offset : 0, WithTotal = withTotal }, null);
    }

    public static JsonAnswer<NodePage> Answer(NodesFound found, NodeSearch search, Func<NodeRow, NodeView> view) =>
        JsonAnswer.Ok(
            new NodePage([.. found.Nodes.Select(view)])
            {
                Total = found.Total,
                Limit = search.Query.Limit,
                Offset = search.Offset,
                Next = found.Next is { } next ? PageCursor.Write(NodeCursor, next) : null,
                Partial = found.Partial ? true : null,
            },
            WeirJson.Default.NodePage);
}

/// <summary>What is above and below a node.</summary>
internal sealed class NodeLists(IRecordStore records, NodeFinder finder)
{
    /// <summary>The nodes above a node, from the root down.</summary>
    public async Task<IReadOnlyList<NodeRow>> AboveAsync(NodeRow row, CancellationToken cancellationToken)
    {
        var above = new List<NodeRow>();
        foreach (var id in row.Lineage.Split('/').SkipLast(1))
        {
            if (await records.GetNodeAsync(id, cancellationToken) is { } ancestor) above.Add(ancestor);
        }

        return above;
    }

    public async Task<IResult> BelowAsync(
        string node, Caller caller, HttpContext context, Func<NodeRow, NodeQuery> below)
    {
        var (search, refusal) = NodePages.Read(context, caller, new QueryReader(context.Request.Query));
        if (refusal is not null) return refusal;
        if (await NodeEndpoints.FindAsync(node, caller, records, context.RequestAborted) is not { } row)
            return NodeEndpoints.NotFound(node);
        var asked = search!.Query;
        var place = below(row);
        search = search with
        {
            Query = asked with
            {
                Parent = place.Parent, Under = place.Under, Depth = place.Depth, Namespace = row.Namespace,
            },
        };
        return NodePages.Answer(
            await finder.FindAsync(search, context.RequestAborted), search, NodeEndpoints.ViewOf(context));
    }
}
