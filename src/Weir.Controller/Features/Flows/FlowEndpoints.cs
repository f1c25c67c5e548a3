using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Flows;
using Weir.Contracts.Json;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;
using Weir.Contracts.Runs;
using Weir.Contracts.Tokens;
using Weir.Controller.Auth;
using Weir.Controller.Features.Requests;
using Weir.Engine.Flows;

namespace Weir.Controller.Features.Flows;

/// <summary>Stored flows and their revisions.</summary>
internal static class FlowEndpoints
{
    private const string FlowCursor = "flows";
    private const string RevisionCursor = "revisions";

    public static void MapFlows(this IEndpointRouteBuilder routes)
    {
        var flows = routes.MapGroup("").WithTags("Flows").Needs(TokenRole.Viewer);
        flows.MapPost(ApiRoutes.Flows, CreateAsync).WithName("CreateFlow").WithSummary("Create a revision of a flow")
            .Needs(TokenRole.NamespaceAdmin).Takes<CreateFlowRequest>()
            .Produces<CreateFlowResponse>(201).Produces<CreateFlowResponse>().Refuses(400, 409);
        flows.MapGet(ApiRoutes.Flows, ListAsync).WithName("ListFlows").WithSummary("List flows by name")
            .TakesPage().Produces<Page<FlowView>>().Refuses(400);
        flows.MapGet(ApiRoutes.Flow, GetAsync).WithName("GetFlow").WithSummary("Get a flow with its definition")
            .TakesQuery("revision", "integer", "The revision; the newest when left out.")
            .Produces<FlowView>().Refuses(400, 404);
        flows.MapGet(ApiRoutes.FlowRevisions, ListRevisionsAsync).WithName("ListFlowRevisions")
            .WithSummary(
                "List a flow's revisions, newest first").TakesPage().Produces<Page<FlowView>>().Refuses(400, 404);
        flows.MapDelete(ApiRoutes.Flow, DeleteAsync).WithName("DeleteFlow").WithSummary("Delete a flow; its runs stay")
            .Needs(TokenRole.NamespaceAdmin).Produces(204).Refuses(404);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, Caller caller, FlowRegistry flows)
    {
        var (request, refusal) = await JsonBody.ReadAsync<CreateFlowRequest>(context);
        if (request is null) return refusal!;
        return await flows.CreateAsync(caller.Namespace, caller.Name, request, context.RequestAborted) switch
        {
            CreateFlowOutcome.Accepted accepted => Answer(accepted, request),
            CreateFlowOutcome.Invalid invalid => Refusal.Invalid(invalid.Problems, ErrorCodes.FlowInvalid),
            CreateFlowOutcome.Conflict conflict => Refusal.Conflict(
                ErrorCodes.VersionConflict,
                $"the newest revision is {conflict.Newest}, not {request.ExpectedRevision}: get it and try again"),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static JsonAnswer<CreateFlowResponse> Answer(CreateFlowOutcome.Accepted accepted, CreateFlowRequest request)
    {
        var response =
            new CreateFlowResponse(accepted.Flow) { Changed = accepted.Changed, Warnings = accepted.Warnings };
        return accepted.Changed && !request.DryRun
            ? JsonAnswer.Created(response, WeirJson.Default.CreateFlowResponse)
            : JsonAnswer.Ok(response, WeirJson.Default.CreateFlowResponse);
    }

    private static async Task<IResult> ListAsync(
        Caller caller, QueryReader query, FlowRegistry flows, CancellationToken cancellationToken)
    {
        var (limit, after) = (query.PageSize(), query.Cursor(FlowCursor));
        if (query.Refusal is { } refusal) return refusal;
        var page = await flows.ListAsync(caller.Namespace, after, limit, cancellationToken);
        return Answer(page, FlowCursor);
    }

    private static async Task<IResult> GetAsync(
        string flow, Caller caller, QueryReader query, FlowRegistry flows, CancellationToken cancellationToken)
    {
        var revision = (int?)query.Number("revision", 1, int.MaxValue);
        if (query.Refusal is { } refusal) return refusal;
        return await flows.GetAsync(caller.Namespace, flow, revision, cancellationToken) is { } view
            ? JsonAnswer.Ok(view, WeirJson.Default.FlowView)
            : NotFound(caller, flow, revision);
    }

    private static async Task<IResult> ListRevisionsAsync(
        string flow, Caller caller, QueryReader query, FlowRegistry flows, CancellationToken cancellationToken)
    {
        var (limit, cursor) = (query.PageSize(), query.Cursor(RevisionCursor));
        if (query.Refusal is { } refusal) return refusal;
        int? before = int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
        return await flows.ListRevisionsAsync(caller.Namespace, flow, before, limit, cancellationToken) is { } page
            ? Answer(page, RevisionCursor)
            : NotFound(caller, flow, null);
    }

    private static async Task<IResult> DeleteAsync(
        string flow, Caller caller, FlowRegistry flows, CancellationToken cancellationToken) =>
        await flows.DeleteAsync(caller.Namespace, flow, cancellationToken)
            ? TypedResults.NoContent()
            : NotFound(caller, flow, null);

    private static JsonAnswer<Page<FlowView>> Answer(FlowPage page, string cursor) => JsonAnswer.Ok(
        new Page<FlowView>(page.Flows) { Next = page.Next is null ? null : PageCursor.Write(cursor, page.Next) },
        WeirJson.Default.PageFlowView);

    private static Refusal NotFound(Caller caller, string flow, int? revision) => Refusal.NotFound(
        ErrorCodes.FlowNotFound,
        revision is null
            ? $"there is no flow `{flow}` in the namespace {caller.Namespace}"
            : $"there is no revision {revision} of a flow `{flow}` in the namespace {caller.Namespace}");
}
