using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Nodes;
using Weir.Contracts.Routes;
using Weir.Controller.Auth;
using Weir.Controller.Features.Nodes;
using Weir.Controller.Features.Requests;
using Weir.Controller.Ui.Rendering;
using Weir.Engine.DataTree;
using Weir.Engine.Storage;

namespace Weir.Controller.Ui.Nodes;

/// <summary>The data tree: search it, look at a node, go up and down.</summary>
internal static class NodeTreePages
{
    private const string NodeCursor = "nodes";
    private const int ShownChildren = 100;

    public static void MapNodePages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet(UiRoutes.Nodes, SearchAsync);
        pages.MapGet(UiRoutes.Node, ShowAsync);
        pages.MapGet(UiRoutes.NodeArtifact, NodeArtifacts.DownloadAsync);
    }

    private static async Task<IResult> SearchAsync(
        HttpContext context, Caller caller, QueryReader query, NodePageSources from)
    {
        var (text, cursor) = (query.Text("q", 2_048), query.Cursor(NodeCursor));
        if (query.Refusal is { } refusal) return refusal;
        var fields = NodeQueryText.Split(text ?? "parent=null");
        var (search, problems) = NodeSearchReader.Read(fields, caller.Namespace);
        var found = search is null
            ? new NodesFound([], null, Partial: false)
            : await from.Finder.FindAsync(
                search with
                {
                    Query = search.Query with { NewestFirst = true, Before = cursor ?? search.Query.Before },
                },
                context.RequestAborted);
        return from.Pages.Show<NodeSearchPage>(
            "Data", live: cursor is null && problems.Count == 0 ? "" : null,
            ("Query", text), ("Problems", problems), ("Nodes", ViewsOf(caller, found.Nodes)),
            ("Next", found.Next is { } next ? PageCursor.Write(NodeCursor, next) : null), ("Partial", found.Partial));
    }

    private static async Task<IResult> ShowAsync(
        string node, HttpContext context, Caller caller, NodePageSources from)
    {
        var cancel = context.RequestAborted;
        if (await FindAsync(node, caller, from, cancel) is not { } row) return NodeEndpoints.NotFound(node);
        var below = await from.Records.ListNodesAsync(
            new NodeQuery { Namespace = row.Namespace, Parent = row.Id, Limit = ShownChildren + 1 }, cancel);
        var children = ViewsOf(caller, [.. below.Take(ShownChildren)]);
        return from.Pages.Show<NodePage>(
            $"{row.Name} ({row.Kind})", live: "", ("Node", ViewsOf(caller, [row])[0]),
            ("Above", ViewsOf(caller, await from.Lists.AboveAsync(row, cancel))), ("Children", children),
            ("More", below.Count > ShownChildren));
    }

    // the page says which namespace it is of: a node of another one is not on it
    private static async Task<NodeRow?> FindAsync(
        string node, Caller caller, NodePageSources from, CancellationToken cancellationToken) =>
        await NodeEndpoints.FindAsync(node, caller, from.Records, cancellationToken) is { } row
            && row.Namespace == caller.Namespace ? row : null;

    private static List<NodeView> ViewsOf(Caller caller, IReadOnlyList<NodeRow> rows) =>
        [.. rows.Select(row => NodeViews.Of(
            row, name => ApiRoutes.Fill(UiRoutes.NodeArtifact, caller.Namespace, row.Id, name)))];
}

/// <summary>What the pages of the data tree are read from.</summary>
internal sealed record NodePageSources(
    NodeFinder Finder, NodeLists Lists, IRecordStore Records, PageRenderer Pages);
