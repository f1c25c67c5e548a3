using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Json;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;
using Weir.Contracts.Runs;
using Weir.Contracts.Tokens;
using Weir.Controller.Auth;
using Weir.Controller.Features.Requests;

namespace Weir.Controller.Features.Tokens;

/// <summary>Tokens of people and programs.</summary>
internal static class TokenEndpoints
{
    private const string TokenCursor = "tokens";

    public static void MapTokens(this IEndpointRouteBuilder routes)
    {
        var tokens = routes.MapGroup("").WithTags("Tokens").Needs(TokenRole.Admin);
        tokens.MapPost(ApiRoutes.Tokens, CreateAsync).WithName("CreateToken")
            .WithSummary("Create a token; it is shown this once").Takes<CreateTokenRequest>()
            .Produces<CreateTokenResponse>(201).Refuses(400);
        tokens.MapGet(ApiRoutes.Tokens, List).WithName("ListTokens").WithSummary("List tokens that open something")
            .TakesPage().Produces<Page<TokenView>>().Refuses(400);
        tokens.MapDelete(ApiRoutes.Token, RevokeAsync).WithName("RevokeToken")
            .WithSummary("Revoke a token; from then on it opens nothing").Produces(204).Refuses(404);
        routes.MapGet(ApiRoutes.WhoAmI, WhoAmI).WithTags("Tokens").WithName("WhoAmI").WithSummary("Who the bearer is")
            .Needs(TokenRole.Viewer).Produces<WhoAmIView>();
    }

    private static async Task<IResult> CreateAsync(HttpContext context, TokenRegistry tokens)
    {
        var (request, refusal) = await JsonBody.ReadAsync<CreateTokenRequest>(context);
        if (request is null) return refusal!;
        var (created, problems) = await tokens.CreateAsync(request, context.RequestAborted);
        return created is null
            ? Refusal.Invalid(problems)
            : JsonAnswer.Created(created, WeirJson.Default.CreateTokenResponse);
    }

    private static IResult List(QueryReader query, TokenRegistry tokens)
    {
        var (limit, after) = (query.PageSize(), query.Cursor(TokenCursor));
        if (query.Refusal is { } refusal) return refusal;
        var found = tokens.Valid
            .SkipWhile(token => after is not null && string.CompareOrdinal(token.Id, after) <= 0)
            .Take(limit + 1).Select(token => token.View()).ToList();
        var page = found.Count <= limit
            ? new Page<TokenView>(found)
            : new Page<TokenView>(found[..limit]) { Next = PageCursor.Write(TokenCursor, found[limit - 1].Id) };
        return JsonAnswer.Ok(page, WeirJson.Default.PageTokenView);
    }

    private static async Task<IResult> RevokeAsync(
        string token, TokenRegistry tokens, CancellationToken cancellationToken) =>
        await tokens.RevokeAsync(token, cancellationToken)
            ? TypedResults.NoContent()
            : Refusal.NotFound(ErrorCodes.TokenNotFound, $"there is no token with the id `{token}`");

    private static JsonAnswer<WhoAmIView> WhoAmI(Caller caller) => JsonAnswer.Ok(
        new WhoAmIView
        {
            Name = caller.Name, Role = caller.Role, Namespace = caller.Namespace, Expires = caller.Expires,
        },
        WeirJson.Default.WhoAmIView);
}
