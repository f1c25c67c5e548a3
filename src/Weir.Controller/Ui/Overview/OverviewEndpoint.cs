using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Statuses;
using Weir.Controller.Auth;
using Weir.Controller.Features.Agents;
using Weir.Controller.Ui.Rendering;
using Weir.Engine.Flows;
using Weir.Engine.Running;
using Weir.Engine.Scheduling;
using Weir.Engine.Storage;

namespace Weir.Controller.Ui.Overview;

/// <summary>What runs, what waits and why, what failed, how each flow has been doing.</summary>
internal static class OverviewEndpoint
{
    private const int MostOpen = 12;
    private const int MostExplained = 6;
    private const int MostFailed = 8;
    private const int StepsOfRun = 3;
    private const int MostFlows = 30;
    private const int BarsOfFlow = 20;

    public static void MapOverview(this IEndpointRouteBuilder routes) => routes.MapGet(UiRoutes.Overview, ShowAsync);

    private static async Task<IResult> ShowAsync(
        HttpContext context, Caller caller, PageRenderer pages, OverviewSources from)
    {
        var cancel = context.RequestAborted;
        var agents = await from.Agents.ListAsync(cancel);
        var all = new RunQuery { Namespace = caller.Namespace };
        var open = await from.Runs.ListAsync(
            all with { Statuses = [RunStatus.Running, RunStatus.Pending], Limit = MostOpen + 1 }, cancel);
        var failed = await from.Runs.ListAsync(all with { Statuses = [RunStatus.Failed], Limit = MostFailed }, cancel);
        var waiting = new List<WaitingStep>();
        foreach (var run in open.Take(MostExplained))
        {
            var told = await from.Runs.ExplainAsync(
                caller.Namespace, run.Id, _ => Task.FromResult(agents), cancel);
            // what waits for another step only is no news
            waiting.AddRange((told?.Steps ?? []).Where(step => step.WaitsForAgent)
                .Take(StepsOfRun).Select(step => new WaitingStep(run, step)));
        }

        var view = new OverviewView
        {
            Open = [.. open.Take(MostOpen)],
            MoreOpen = open.Count > MostOpen,
            Waiting = waiting,
            Failed = failed,
            Flows = await FlowsAsync(caller.Namespace, from, cancel),
            Agents = SlotsOf(agents),
        };
        return pages.Show<OverviewPage>("Overview", live: "", ("View", view));
    }

    private static async Task<IReadOnlyList<FlowLine>> FlowsAsync(
        string @namespace, OverviewSources from, CancellationToken cancellationToken)
    {
        var lines = new List<FlowLine>();
        foreach (var flow in (await from.Flows.ListAsync(@namespace, null, MostFlows, cancellationToken)).Flows)
        {
            var query = new RunQuery { Namespace = @namespace, Flow = flow.Name, Limit = BarsOfFlow };
            lines.Add(new FlowLine(flow, await from.Runs.ListAsync(query, cancellationToken)));
        }

        return lines;
    }

    private static AgentCount SlotsOf(IReadOnlyList<AgentStanding> agents)
    {
        var online = agents.Where(agent => agent.Online).ToList();
        return new AgentCount(
            online.Count, agents.Count, online.Sum(agent => agent.Busy), online.Sum(agent => agent.Slots));
    }
}

/// <summary>What the overview is read from.</summary>
internal sealed record OverviewSources(RunOperations Runs, FlowRegistry Flows, AgentStandings Agents);
