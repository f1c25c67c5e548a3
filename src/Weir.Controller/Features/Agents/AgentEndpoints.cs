using System.Diagnostics;
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
using Weir.Engine.Scheduling;

namespace Weir.Controller.Features.Agents;

/// <summary>What admins do with agents.</summary>
internal static class AgentEndpoints
{
    private const string AgentCursor = "agents";

    public static void MapAgents(this IEndpointRouteBuilder routes)
    {
        var agents = routes.MapGroup("").WithTags("Agents").Needs(TokenRole.Admin);
        agents.MapGet(ApiRoutes.Agents, ListAsync).WithName("ListAgents").WithSummary("List agents, oldest first")
            .TakesPage().Produces<Page<AgentView>>().Refuses(400);
        agents.MapGet(ApiRoutes.Agent, GetAsync).WithName("GetAgent")
            .WithSummary("Get an agent by its id, a suffix of it, or its name").Produces<AgentView>().Refuses(404);
        Changes(agents.MapPost(ApiRoutes.AgentApprove, ApproveAsync), "ApproveAgent", "Let a pending agent work");
        Changes(
            agents.MapPost(ApiRoutes.AgentDrain, DrainAsync), "DrainAgent",
            "Let an agent finish what it has and take no more");
        Changes(
            agents.MapPost(ApiRoutes.AgentResume, ResumeAsync), "ResumeAgent", "Let a draining agent take work again");
        Changes(agents.MapPost(ApiRoutes.AgentRevoke, RevokeAsync), "RevokeAgent", "Shut an agent out for good");
        Changes(
            agents.MapPut(ApiRoutes.AgentLabels, UpdateAsync).Takes<UpdateAgentRequest>(),
            "UpdateAgent", "Set an agent's labels and namespaces");
    }

    private static void Changes(RouteHandlerBuilder endpoint, string name, string summary) =>
        endpoint.WithName(name).WithSummary(summary).Produces<AgentView>().Refuses(400, 404, 409);

    private static async Task<IResult> ListAsync(
        QueryReader query, AgentRegistry agents, AgentViews views, CancellationToken cancellationToken)
    {
        var (limit, after) = (query.PageSize(), query.Cursor(AgentCursor));
        if (query.Refusal is { } refusal) return refusal;
        var found = agents.All
            .SkipWhile(agent => after is not null && string.CompareOrdinal(agent.Id, after) <= 0)
            .Take(limit + 1).ToList();
        var page = new List<AgentView>();
        foreach (var agent in found.Take(limit)) page.Add(await views.OfAsync(agent, cancellationToken));
        var next = found.Count > limit ? PageCursor.Write(AgentCursor, page[^1].Id) : null;
        return JsonAnswer.Ok(new Page<AgentView>(page) { Next = next }, WeirJson.Default.PageAgentView);
    }

    private static async Task<IResult> GetAsync(
        string agent, AgentRegistry agents, AgentViews views, CancellationToken cancellationToken) =>
        agents.FindByHandle(agent) is { } found
            ? JsonAnswer.Ok(await views.OfAsync(found, cancellationToken), WeirJson.Default.AgentView)
            : NotFound(agent);

    private static async Task<IResult> ApproveAsync(
        string agent, AgentRegistry agents, AgentViews views, CancellationToken cancellationToken) =>
        await AnswerAsync(agent, await agents.ApproveAsync(agent, cancellationToken), views, cancellationToken);

    private static async Task<IResult> DrainAsync(
        string agent, AgentRegistry agents, AgentViews views, CancellationToken cancellationToken) =>
        await AnswerAsync(agent, await agents.DrainAsync(agent, cancellationToken), views, cancellationToken);

    private static async Task<IResult> ResumeAsync(
        string agent, AgentRegistry agents, AgentViews views, CancellationToken cancellationToken) =>
        await AnswerAsync(agent, await agents.ResumeAsync(agent, cancellationToken), views, cancellationToken);

    private static async Task<IResult> RevokeAsync(
        string agent, Revocation revocation, AgentViews views, CancellationToken cancellationToken) =>
        await AnswerAsync(agent, await revocation.RevokeAsync(agent, cancellationToken), views, cancellationToken);

    private static async Task<IResult> UpdateAsync(
        string agent, HttpContext context, AgentRegistry agents, AgentViews views)
    {
        var (request, refusal) = await JsonBody.ReadAsync<UpdateAgentRequest>(context);
        if (request is null) return refusal!;
        var outcome = await agents.UpdateAsync(agent, request, context.RequestAborted);
        return await AnswerAsync(agent, outcome, views, context.RequestAborted);
    }

    private static async Task<IResult> AnswerAsync(
        string agent, AgentChangeOutcome outcome, AgentViews views,
        CancellationToken cancellationToken) => outcome switch
        {
            AgentChangeOutcome.Changed changed =>
                JsonAnswer.Ok(await views.OfAsync(changed.Agent, cancellationToken), WeirJson.Default.AgentView),
            AgentChangeOutcome.NotFound => NotFound(agent),
            AgentChangeOutcome.Refused refused => Refusal.Conflict(ErrorCodes.AgentState, refused.Why),
            AgentChangeOutcome.Invalid invalid => Refusal.Invalid(invalid.Problems),
            _ => throw new UnreachableException(),
        };

    private static Refusal NotFound(string agent) =>
        Refusal.NotFound(ErrorCodes.AgentNotFound, $"there is no agent `{agent}`, or more than one");
}
