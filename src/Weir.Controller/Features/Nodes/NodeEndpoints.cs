using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Json;
using Weir.Contracts.Nodes;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;
using Weir.Contracts.Tokens;
using Weir.Controller.Auth;
using Weir.Controller.Features.Requests;
using Weir.Engine.DataTree;
using Weir.Engine.Storage;

namespace Weir.Controller.Features.Nodes;

/// <summary>
/// The data tree. Every route is there three times: under <c>/v1</c>, under <c>/latest</c>, and bare, which means
/// latest; the last two have the singular for one node, as the first API of data nodes had them.
/// </summary>
internal static class NodeEndpoints
{
    public static void MapNodes(this IEndpointRouteBuilder routes)
    {
        Describe(routes.MapGroup("").WithTags("Nodes").Needs(TokenRole.Viewer));
        foreach (var prefix in (string[])["/latest", ""])
            MapSeed(routes.MapGroup(prefix).Needs(TokenRole.Viewer).ExcludeFromDescription());
    }

    private static void Describe(RouteGroupBuilder nodes)
    {
        nodes.MapPost(ApiRoutes.Nodes, AddAsync).WithName("AddNode")
            .WithSummary("Add a node, or with `node` and `child_nodes` a tree of them: all or nothing")
            .Needs(TokenRole.Runner).Takes<AddNodeRequest>()
            .Produces<NodeView>(201).Produces<AddedNodes>(201).Refuses(400);
        nodes.MapPost(ApiRoutes.NodeBatch, AddBatchAsync).WithName("AddNodes")
            .WithSummary("Add up to 10,000 nodes, one JSON object a line (application/x-ndjson)")
            .Needs(TokenRole.Runner).Produces<AddedBatch>(201).Refuses(400, 413);
        nodes.MapGet(ApiRoutes.Nodes, ListAsync).WithName("ListNodes")
            .WithSummary("Find nodes: `kind=kbuild`, `data.arch=arm64`, `data.size__gt=3`, several `path` for one path")
            .TakesPage()
            .TakesQuery("offset", "integer", "Nodes to pass over.")
            .TakesQuery("order", "string", "`created`, or `-created` for the newest first.")
            .TakesQuery("total", "boolean", "Also count all of them.")
            .Produces<NodePage>().Refuses(400);
        nodes.MapGet(ApiRoutes.NodeCount, CountAsync).WithName("CountNodes").WithSummary("How many nodes a query finds")
            .Produces<long>().Refuses(400, 422);
        nodes.MapGet(ApiRoutes.Node, GetAsync).WithName("GetNode").WithSummary("Get a node")
            .Produces<NodeView>().Refuses(404);
        nodes.MapGet(ApiRoutes.NodeChildren, ChildrenAsync).WithName("ListNodeChildren")
            .WithSummary("List the nodes just below, oldest first").TakesPage().Produces<NodePage>().Refuses(400, 404);
        nodes.MapGet(ApiRoutes.NodeSubtree, SubtreeAsync).WithName("ListNodeSubtree")
            .WithSummary("List all nodes below, oldest first, so that each comes after its parent").TakesPage()
            .TakesQuery("depth", "integer", "Levels below the node; all when left out.")
            .Produces<NodePage>().Refuses(400, 404);
        nodes.MapGet(ApiRoutes.NodeAncestors, AncestorsAsync).WithName("ListNodeAncestors")
            .WithSummary("List the nodes above, nearest first").Produces<NodePage>().Refuses(404);
        nodes.MapGet(ApiRoutes.NodeArtifact, NodeArtifacts.DownloadAsync).WithName("DownloadNodeArtifact")
            .WithSummary("Download an artifact that this controller keeps, or be sent to where it is")
            .Produces<Stream>(200, "application/x-tar").Produces(302).Refuses(403, 404, 410);
    }

    private static void MapSeed(RouteGroupBuilder nodes)
    {
        nodes.MapPost("/node", AddAsync).Needs(TokenRole.Runner);
        nodes.MapPost("/nodes", AddAsync).Needs(TokenRole.Runner);
        nodes.MapPost("/nodes/batch", AddBatchAsync).Needs(TokenRole.Runner);
        nodes.MapGet("/nodes", ListAsync);
        nodes.MapGet("/count", CountAsync);
        nodes.MapGet("/node/{node}", GetAsync);
        nodes.MapGet("/node/{node}/children", ChildrenAsync);
        nodes.MapGet("/node/{node}/subtree", SubtreeAsync);
        nodes.MapGet("/node/{node}/ancestors", AncestorsAsync);
        nodes.MapGet("/node/{node}/artifacts/{artifact}", NodeArtifacts.DownloadAsync);
    }

    private static async Task<IResult> AddAsync(HttpContext context, Caller caller, NodeRegistry nodes)
    {
        var (body, refusal) = await AddNodeBody.ReadAsync(context);
        if (refusal is not null) return refusal;
        var outcome = body!.Tree is { } tree
            ? await nodes.AddTreeAsync(Author(caller), tree, context.RequestAborted)
            : await nodes.AddAsync(Author(caller), body.Node!, context.RequestAborted);
        var view = ViewOf(context);
        return outcome switch
        {
            AddNodesOutcome.Added added when body.Tree is null =>
                JsonAnswer.Created(view(added.Nodes[0]), WeirJson.Default.NodeView),
            AddNodesOutcome.Added added => JsonAnswer.Created(
                new AddedNodes([.. added.Nodes.Select(view)]), WeirJson.Default.AddedNodes),
            _ => Refused(outcome),
        };
    }

    private static async Task<IResult> AddBatchAsync(HttpContext context, Caller caller, NodeRegistry nodes)
    {
        var (batch, refusal) = await AddNodeBody.ReadLinesAsync(context);
        if (refusal is not null) return refusal;
        return await nodes.AddBatchAsync(Author(caller), batch, context.RequestAborted) switch
        {
            AddNodesOutcome.Added added => JsonAnswer.Created(
                new AddedBatch([.. added.Nodes.Select(node => node.Id)]), WeirJson.Default.AddedBatch),
            var other => Refused(other),
        };
    }

    private static async Task<IResult> GetAsync(
        string node, HttpContext context, Caller caller, IRecordStore records) =>
        await FindAsync(node, caller, records, context.RequestAborted) is { } row
            ? JsonAnswer.Ok(ViewOf(context)(row), WeirJson.Default.NodeView)
            : NotFound(node);

    private static async Task<IResult> ListAsync(
        HttpContext context, Caller caller, QueryReader query, NodeFinder finder)
    {
        var request = NodePages.Read(context, caller, query);
        if (request.Refusal is { } refusal) return refusal;
        var found = await finder.FindAsync(request.Search!, context.RequestAborted);
        return NodePages.Answer(found, request.Search!, ViewOf(context));
    }

    private static async Task<IResult> CountAsync(
        HttpContext context, Caller caller, QueryReader query, NodeFinder finder)
    {
        var request = NodePages.Read(context, caller, query);
        if (request.Refusal is { } refusal) return refusal;
        return await finder.CountAsync(request.Search!, context.RequestAborted) is { } count
            ? JsonAnswer.Ok(count, WeirJson.Default.Int64)
            : new Refusal(StatusCodes.Status422UnprocessableEntity, ErrorCodes.QueryTooBroad, "too broad")
            {
                Detail = "this looks at too many nodes one by one: narrow it by kind, name, parent, path or created",
            };
    }

    private static Task<IResult> ChildrenAsync(
        string node, HttpContext context, Caller caller, NodeLists lists) =>
        lists.BelowAsync(node, caller, context, row => new NodeQuery { Parent = row.Id });

    private static Task<IResult> SubtreeAsync(
        string node, HttpContext context, Caller caller, QueryReader query, NodeLists lists)
    {
        var depth = (int?)query.Number("depth", 1, int.MaxValue);
        return query.Refusal is { } refusal
            ? Task.FromResult<IResult>(refusal)
            : lists.BelowAsync(node, caller, context, row => new NodeQuery
            {
                Under = row.Lineage, Depth = depth is { } levels ? NodeIds.DepthOf(row.Lineage) + levels : null,
            });
    }

    private static async Task<IResult> AncestorsAsync(
        string node, HttpContext context, Caller caller, IRecordStore records, NodeLists lists)
    {
        if (await FindAsync(node, caller, records, context.RequestAborted) is not { } row) return NotFound(node);
        var above = await lists.AboveAsync(row, context.RequestAborted);
        var nearest = new NodePage([.. above.Reverse().Select(ViewOf(context))]) { Limit = above.Count };
        return JsonAnswer.Ok(nearest, WeirJson.Default.NodePage);
    }

    /// <summary>The node, when the caller may see it.</summary>
    public static async Task<NodeRow?> FindAsync(
        string node, Caller caller, IRecordStore records, CancellationToken cancellationToken)
    {
        if (!NodeIds.IsWellFormed(node)) return null;
        var row = await records.GetNodeAsync(node, cancellationToken);
        return row is not null && (caller.Role == TokenRole.Admin || row.Namespace == caller.Namespace) ? row : null;
    }

    public static Refusal NotFound(string node) =>
        Refusal.NotFound(ErrorCodes.NodeNotFound, $"there is no node {node} to be seen");

    /// <summary>Own artifacts are shown under the address that was asked.</summary>
    public static Func<NodeRow, NodeView> ViewOf(HttpContext context)
    {
        var root = $"{context.Request.Scheme}://{context.Request.Host}";
        return row => NodeViews.Of(
            row, name => root + ApiRoutes.Fill(ApiRoutes.NodeArtifact, row.Id, name));
    }

    private static NodeAuthor Author(Caller caller) =>
        new(caller.Namespace, caller.Name, Everywhere: caller.Role == TokenRole.Admin);

    private static Refusal Refused(AddNodesOutcome outcome) =>
        Refusal.Invalid(((AddNodesOutcome.Invalid)outcome).Problems, ErrorCodes.NodeInvalid);
}
