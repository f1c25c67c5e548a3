using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Agents;
using Weir.Contracts.Json;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;
using Weir.Contracts.Runs;
using Weir.Contracts.Tokens;
using Weir.Controller.Features.Requests;
using Weir.Engine.Agents;

namespace Weir.Controller.Features.Agents;

/// <summary>Rights to enrol an agent.</summary>
internal static class JoinTokenEndpoints
{
    public static void MapJoinTokens(this IEndpointRouteBuilder routes)
    {
        var tokens = routes.MapGroup("").WithTags("Join tokens").Needs(TokenRole.Admin);
        tokens.MapPost(ApiRoutes.JoinTokens, CreateAsync).WithName("CreateJoinToken")
            .WithSummary("Create a join token; it is shown this once").Takes<CreateJoinTokenRequest>()
            .Produces<CreateJoinTokenResponse>(201).Refuses(400);
        tokens.MapGet(ApiRoutes.JoinTokens, ListAsync).WithName("ListJoinTokens")
            .WithSummary("List join tokens that can still be used").Produces<Page<JoinTokenView>>();
        tokens.MapDelete(
            ApiRoutes.JoinToken, DeleteAsync).WithName("DeleteJoinToken").WithSummary("Take a join token back")
            .Produces(204).Refuses(404);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, AgentRegistry agents)
    {
        var (request, refusal) = await JsonBody.ReadAsync<CreateJoinTokenRequest>(context);
        if (request is null) return refusal!;
        var (created, problems) = await agents.JoinTokens.CreateAsync(request, context.RequestAborted);
        return created is null
            ? Refusal.Invalid(problems)
            : JsonAnswer.Created(created, WeirJson.Default.CreateJoinTokenResponse);
    }

    private static async Task<IResult> ListAsync(AgentRegistry agents, CancellationToken cancellationToken) =>
        JsonAnswer.Ok(
            new Page<JoinTokenView>(await agents.JoinTokens.ListAsync(cancellationToken)),
            WeirJson.Default.PageJoinTokenView);

    private static async Task<IResult> DeleteAsync(
        string token, AgentRegistry agents, CancellationToken cancellationToken) =>
        await agents.JoinTokens.DeleteAsync(token, cancellationToken)
            ? TypedResults.NoContent()
            : Refusal.NotFound(ErrorCodes.TokenNotFound, $"there is no join token with the id `{token}`");
}
