using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Json;
using Weir.Contracts.Nodes;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;
using Weir.Contracts.Runs;
using Weir.Contracts.Tokens;
using Weir.Controller.Auth;
using Weir.Controller.Features.Requests;
using Weir.Engine.DataTree.Kinds;

namespace Weir.Controller.Features.Kinds;

/// <summary>Kinds of nodes, under <c>/v1</c>, <c>/latest</c> and bare, as nodes are.</summary>
internal static class KindEndpoints
{
    private const string KindCursor = "kinds";

    public static void MapKinds(this IEndpointRouteBuilder routes)
    {
        var kinds = routes.MapGroup("").WithTags("Kinds").Needs(TokenRole.Viewer);
        kinds.MapPost(ApiRoutes.Kinds, CreateAsync).WithName("CreateKind")
            .WithSummary("Register a kind of nodes by the JSON Schema of their data, or a new version of it")
            .Needs(TokenRole.NamespaceAdmin).Takes<CreateKindRequest>()
            .Produces<CreateKindResponse>(201).Produces<CreateKindResponse>().Refuses(400);
        kinds.MapGet(ApiRoutes.Kinds, ListAsync).WithName("ListKinds").WithSummary("List kinds by name")
            .TakesPage().Produces<Page<KindView>>().Refuses(400);
        kinds.MapGet(ApiRoutes.Kind, GetAsync).WithName("GetKind").WithSummary("Get a kind with its schema")
            .TakesQuery("version", "integer", "The version; the newest when left out.")
            .Produces<KindView>().Refuses(400, 404);
        foreach (var prefix in (string[])["/latest", ""])
        {
            var seed = routes.MapGroup(prefix).Needs(TokenRole.Viewer).ExcludeFromDescription();
            seed.MapPost("/kind", CreateAsync).Needs(TokenRole.NamespaceAdmin);
            seed.MapGet("/kinds", ListAsync);
            seed.MapGet("/kind/{kind}", GetAsync);
        }
    }

    private static async Task<IResult> CreateAsync(HttpContext context, Caller caller, KindRegistry kinds)
    {
        var (request, refusal) = await JsonBody.ReadAsync<CreateKindRequest>(context);
        if (request is null) return refusal!;
        return await kinds.CreateAsync(caller.Namespace, caller.Name, request, context.RequestAborted) switch
        {
            CreateKindOutcome.Accepted { Changed: true } made => JsonAnswer.Created(
                new CreateKindResponse(made.Kind, Changed: true), WeirJson.Default.CreateKindResponse),
            CreateKindOutcome.Accepted same => JsonAnswer.Ok(
                new CreateKindResponse(same.Kind, Changed: false), WeirJson.Default.CreateKindResponse),
            var wrong => Refusal.Invalid(((CreateKindOutcome.Invalid)wrong).Problems, ErrorCodes.KindInvalid),
        };
    }

    private static async Task<IResult> ListAsync(
        Caller caller, QueryReader query, KindRegistry kinds, CancellationToken cancellationToken)
    {
        var (limit, after) = (query.PageSize(), query.Cursor(KindCursor));
        if (query.Refusal is { } refusal) return refusal;
        var page = await kinds.ListAsync(caller.Namespace, after, limit, cancellationToken);
        return JsonAnswer.Ok(
            new Page<KindView>([.. page.Select(kind => kind with { Schema = null })])
            {
                Next = page.Count < limit ? null : PageCursor.Write(KindCursor, page[^1].Name),
            },
            WeirJson.Default.PageKindView);
    }

    private static async Task<IResult> GetAsync(
        string kind, Caller caller, QueryReader query, KindRegistry kinds, CancellationToken cancellationToken)
    {
        var version = (int?)query.Number("version", 1, int.MaxValue);
        if (query.Refusal is { } refusal) return refusal;
        return await kinds.GetAsync(caller.Namespace, kind, version, cancellationToken) is { } view
            ? JsonAnswer.Ok(view, WeirJson.Default.KindView)
            : Refusal.NotFound(
                ErrorCodes.KindNotFound, $"there is no kind `{kind}` in the namespace {caller.Namespace}, or not that version");
    }
}
