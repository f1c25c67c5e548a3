using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Agents;
using Weir.Contracts.Problems;
using Weir.Contracts.Tokens;
using Weir.Controller.Features.Agents;
using Weir.Controller.Features.Requests;
using Weir.Controller.Ui.Rendering;
using Weir.Engine.Agents;
using Weir.Engine.Scheduling;

namespace Weir.Controller.Ui.Agents;

/// <summary>The machines that work, and what an admin does with them.</summary>
internal static class AgentPages
{
    private const int MostShown = 500;

    public static void MapAgentPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet(UiRoutes.Agents, ListAsync);
        pages.MapPost(UiRoutes.JoinToken, JoinAsync).Needs(TokenRole.Admin);
        pages.MapPost(UiRoutes.AgentChange, ChangeAsync).Needs(TokenRole.Admin);
    }

    private static Task<IResult> ListAsync(HttpContext context, AgentPageSources from) =>
        ShowAsync(context, from, joinToken: null);

    private static async Task<IResult> JoinAsync(HttpContext context, AgentPageSources from)
    {
        var (created, problems) = await from.Agents.JoinTokens.CreateAsync(
            new CreateJoinTokenRequest(), context.RequestAborted);
        return created is null ? Refusal.Invalid(problems) : await ShowAsync(context, from, created.Token);
    }

    private static async Task<IResult> ChangeAsync(
        string agent, string change, HttpContext context, AgentPageSources from)
    {
        var cancel = context.RequestAborted;
        AgentChangeOutcome? outcome = change switch
        {
            "approve" => await from.Agents.ApproveAsync(agent, cancel),
            "drain" => await from.Agents.DrainAsync(agent, cancel),
            "resume" => await from.Agents.ResumeAsync(agent, cancel),
            "revoke" => await from.Revocation.RevokeAsync(agent, cancel),
            _ => null,
        };
        return outcome switch
        {
            AgentChangeOutcome.Changed => new SeeOther(UiRoutes.Agents),
            AgentChangeOutcome.Refused refused => Refusal.Conflict(ErrorCodes.AgentState, refused.Why),
            AgentChangeOutcome.Invalid invalid => Refusal.Invalid(invalid.Problems),
            _ => Refusal.NotFound(ErrorCodes.AgentNotFound, $"there is no agent `{agent}`, or no change `{change}`"),
        };
    }

    private static async Task<IResult> ShowAsync(HttpContext context, AgentPageSources from, string? joinToken)
    {
        var views = new List<AgentView>();
        foreach (var agent in from.Agents.All.Take(MostShown))
        {
            views.Add(await from.Views.OfAsync(agent, context.RequestAborted));
        }

        return from.Pages.Show<AgentListPage>(
            "Agents", live: joinToken is null ? "" : null, ("Agents", views), ("JoinToken", joinToken));
    }
}

/// <summary>What the page of agents is read from.</summary>
internal sealed record AgentPageSources(
    AgentRegistry Agents, Revocation Revocation, AgentViews Views, PageRenderer Pages);
