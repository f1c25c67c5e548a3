using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;
using Weir.Contracts.Statuses;
using Weir.Contracts.Tokens;
using Weir.Controller.Auth;
using Weir.Controller.Features.Agents;
using Weir.Controller.Features.Artifacts;
using Weir.Controller.Features.Requests;
using Weir.Controller.Features.Runs;
using Weir.Controller.Features.Steps;
using Weir.Controller.Ui.Rendering;
using Weir.Engine.Running;
using Weir.Engine.Storage;

namespace Weir.Controller.Ui.Runs;

/// <summary>The list of runs, a run, and what people do to it.</summary>
internal static class RunPages
{
    private const string RunCursor = "runs";

    public static void MapRunPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet(UiRoutes.Runs, ListAsync);
        pages.MapGet(UiRoutes.Run, ShowAsync);
        pages.MapPost(UiRoutes.RunCancel, CancelAsync).Needs(TokenRole.Runner);
        pages.MapPost(UiRoutes.StepApprove, ApproveAsync).Needs(TokenRole.Runner);
        pages.MapPost(UiRoutes.StepReject, RejectAsync).Needs(TokenRole.Runner);
        pages.MapGet(UiRoutes.Artifact, ArtifactEndpoints.DownloadAsync);
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, Caller caller, QueryReader query, RunOperations runs, PageRenderer pages)
    {
        var cursor = query.Cursor(RunCursor);
        var asked = new RunQuery
        {
            Namespace = caller.Namespace,
            Flow = query.Text("flow"),
            Statuses = query.Words<RunStatus>("status"),
            Before = cursor,
            Limit = QueryReader.DefaultPage + 1,
        };
        if (query.Refusal is { } refusal) return refusal;
        var found = await runs.ListAsync(asked, context.RequestAborted);
        var page = found.Take(QueryReader.DefaultPage).ToList();
        return pages.Show<RunListPage>(
            "Runs", cursor is null ? "" : null,
            ("Runs", page), ("Flow", asked.Flow), ("Status", query.Text("status")), ("Later", cursor is not null),
            ("Next", found.Count > page.Count ? PageCursor.Write(RunCursor, page[^1].Id) : null));
    }

    private static async Task<IResult> ShowAsync(
        string run, HttpContext context, Caller caller, RunPageSources from, PageRenderer pages)
    {
        if (await from.Runs.GetAsync(caller.Namespace, run, context.RequestAborted) is not { } view)
            return RunEndpoints.NotFound(caller, run);
        var told = await from.Runs.ExplainAsync(
            caller.Namespace, view.Id, from.Agents.ListAsync, context.RequestAborted);
        return pages.Show<RunPage>(
            $"{view.Handle} {view.Status.ToString().ToLowerInvariant()}", view.Status.IsFinal() ? null : view.Id,
            ("Run", view), ("Told", told));
    }

    private static async Task<IResult> CancelAsync(
        string run, HttpContext context, Caller caller, RunOperations runs) =>
        await runs.CancelAsync(caller.Namespace, run, caller.Name, context.RequestAborted) switch
        {
            CancelOutcome.Requested => new SeeOther(ApiRoutes.Fill(UiRoutes.Run, caller.Namespace, run)),
            CancelOutcome.AlreadyFinished =>
                Refusal.Conflict(ErrorCodes.RunFinished, $"the run `{run}` is over already"),
            _ => RunEndpoints.NotFound(caller, run),
        };

    private static Task<IResult> ApproveAsync(
        string run, string step, HttpContext context, Caller caller, RunOperations runs) =>
        DecideAsync((run, step), approved: true, context, caller, runs);

    private static Task<IResult> RejectAsync(
        string run, string step, HttpContext context, Caller caller, RunOperations runs) =>
        DecideAsync((run, step), approved: false, context, caller, runs);

    private static async Task<IResult> DecideAsync(
        (string Run, string Step) of, bool approved, HttpContext context, Caller caller, RunOperations runs)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var comment = form["comment"].ToString().Trim() is { Length: > 0 } said ? said : null;
        if (ApprovalEndpoints.CheckComment(comment) is { } wrong) return wrong;
        var decision = new StepDecision(of.Step, approved, caller.Name, caller.Role) { Comment = comment };
        var outcome = await runs.DecideAsync(caller.Namespace, of.Run, decision, context.RequestAborted);
        return (IResult?)ApprovalEndpoints.RefusalOf(caller, of.Run, of.Step, outcome)
            ?? new SeeOther(ApiRoutes.Fill(UiRoutes.Run, caller.Namespace, of.Run));
    }
}

/// <summary>What a run's page is read from.</summary>
internal sealed record RunPageSources(RunOperations Runs, AgentStandings Agents);
