using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Json;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Contracts.Tokens;
using Weir.Controller.Auth;
using Weir.Controller.Features.Agents;
using Weir.Controller.Features.Requests;
using Weir.Engine.Running;
using Weir.Engine.Storage;

namespace Weir.Controller.Features.Runs;

/// <summary>Runs: start, look, cancel, delete. Watching is in <see cref="RunWatch"/>.</summary>
internal static class RunEndpoints
{
    private const string RunCursor = "runs";
    private const int LongestKey = 200;

    public static void MapRuns(this IEndpointRouteBuilder routes)
    {
        var runs = routes.MapGroup("").WithTags("Runs").Needs(TokenRole.Viewer);
        runs.MapPost(ApiRoutes.Runs, StartAsync).WithName("StartRun")
            .WithSummary("Start a run of a stored flow or of a definition given in place")
            .Needs(TokenRole.Runner).Takes<StartRunRequest>()
            .Produces<StartRunResponse>(201).Produces<StartRunResponse>().Refuses(400, 404, 409);
        runs.MapGet(ApiRoutes.Runs, ListAsync).WithName("ListRuns").WithSummary("List runs, newest first")
            .TakesQuery("flow", "string", "Only runs of this flow.")
            .TakesQuery("status", "string", "Only runs in one of these statuses, separated by commas.")
            .TakesQuery("since", "string", "Only runs created at or after this instant.")
            .TakesPage().Produces<Page<RunView>>().Refuses(400);
        runs.MapGet(ApiRoutes.Run, GetAsync).WithName("GetRun")
            .WithSummary("Get a run by its id, a suffix of it, `flow#7`, `@latest` or `@latest:flow`")
            .Produces<RunView>().Refuses(404);
        runs.MapGet(ApiRoutes.RunWatch, RunWatch.Watch).WithName("WatchRun")
            .WithSummary("The run at each change, as server-sent events, to its end")
            .Produces<RunView>(200, "text/event-stream").Refuses(404);
        runs.MapPost(ApiRoutes.RunCancel, CancelAsync).WithName("CancelRun").WithSummary("Ask a run to stop")
            .Needs(TokenRole.Runner).Produces<RunView>().Refuses(404, 409);
        runs.MapRetry();
        runs.MapGet(ApiRoutes.RunExplain, ExplainAsync).WithName("ExplainRun")
            .WithSummary("Why a run and its steps stand where they stand").Produces<RunExplanation>().Refuses(404);
        runs.MapDelete(ApiRoutes.Run, DeleteAsync).WithName("DeleteRun").WithSummary("Delete a run that is over")
            .Needs(TokenRole.Runner).Produces(204).Refuses(404, 409);
    }

    public static Refusal NotFound(Caller caller, string run) => Refusal.NotFound(
        ErrorCodes.RunNotFound, $"there is no run `{run}` in the namespace {caller.Namespace}");

    private static async Task<IResult> StartAsync(HttpContext context, Caller caller, RunOperations runs)
    {
        var (request, refusal) = await JsonBody.ReadAsync<StartRunRequest>(context);
        if (request is null) return refusal!;
        if (context.Request.Headers.TryGetValue(ApiHeaders.IdempotencyKey, out var header))
            request = request with { IdempotencyKey = header };
        if (request.IdempotencyKey is { Length: 0 or > LongestKey })
            return Refusal.Invalid("idempotency_key", $"a key has 1 to {LongestKey} characters");
        var outcome = await runs.StartAsync(caller.Namespace, caller.Name, request, context.RequestAborted);
        if (outcome is StartRunOutcome.Started started)
            context.Response.Headers.Location = ApiRoutes.Fill(ApiRoutes.Run, started.Run.Id);
        return Answer(caller, outcome);
    }

    private static IResult Answer(Caller caller, StartRunOutcome outcome) => outcome switch
    {
        StartRunOutcome.Started started => JsonAnswer.Created(
            new StartRunResponse(started.Run)
            {
                Warnings = [.. started.Warnings.Select(warning => warning.ToString())],
            },
            WeirJson.Default.StartRunResponse),
        StartRunOutcome.Existing existing => JsonAnswer.Ok(
            new StartRunResponse(existing.Run) { Existing = true }, WeirJson.Default.StartRunResponse),
        StartRunOutcome.Invalid invalid => Refusal.Invalid(invalid.Problems, ErrorCodes.FlowInvalid),
        StartRunOutcome.FlowNotFound missing => Refusal.NotFound(
            ErrorCodes.FlowNotFound, $"there is no flow `{missing.Flow}` in the namespace {caller.Namespace}"),
        StartRunOutcome.IdempotencyMismatch mismatch => Refusal.Conflict(
            ErrorCodes.IdempotencyMismatch, $"the key `{mismatch.Key}` has started something else before"),
        _ => throw new UnreachableException(),
    };

    private static async Task<IResult> ListAsync(
        Caller caller, QueryReader query, RunOperations runs, CancellationToken cancellationToken)
    {
        var limit = query.PageSize();
        var asked = new RunQuery
        {
            Namespace = caller.Namespace,
            Flow = query.Text("flow"),
            Statuses = query.Words<RunStatus>("status"),
            CreatedSince = query.Instant("since"),
            Before = query.Cursor(RunCursor),
            Limit = limit + 1,
        };
        if (query.Refusal is { } refusal) return refusal;
        var found = await runs.ListAsync(asked, cancellationToken);
        var page = found.Count <= limit
            ? new Page<RunView>(found)
            : new Page<RunView>([.. found.Take(limit)]) { Next = PageCursor.Write(RunCursor, found[limit - 1].Id) };
        return JsonAnswer.Ok(page, WeirJson.Default.PageRunView);
    }

    private static async Task<IResult> GetAsync(
        string run, Caller caller, RunOperations runs, CancellationToken cancellationToken) =>
        await runs.GetAsync(caller.Namespace, run, cancellationToken) is { } view
            ? JsonAnswer.Ok(view, WeirJson.Default.RunView)
            : NotFound(caller, run);

    private static async Task<IResult> CancelAsync(
        string run, Caller caller, RunOperations runs, CancellationToken cancellationToken)
    {
        switch (await runs.CancelAsync(caller.Namespace, run, caller.Name, cancellationToken))
        {
            case CancelOutcome.Requested:
                return await GetAsync(run, caller, runs, cancellationToken);
            case CancelOutcome.AlreadyFinished:
                return Refusal.Conflict(ErrorCodes.RunFinished, $"the run `{run}` is over already");
            case CancelOutcome.NotFound:
                return NotFound(caller, run);
            default:
                throw new UnreachableException();
        }
    }

    private static async Task<IResult> ExplainAsync(
        string run, Caller caller, RunOperations runs, AgentStandings agents, CancellationToken cancellationToken) =>
        await runs.ExplainAsync(caller.Namespace, run, agents.ListAsync, cancellationToken) is { } explanation
            ? JsonAnswer.Ok(explanation, WeirJson.Default.RunExplanation)
            : NotFound(caller, run);

    private static async Task<IResult> DeleteAsync(
        string run, Caller caller, RunOperations runs, CancellationToken cancellationToken) =>
        await runs.DeleteAsync(caller.Namespace, run, cancellationToken) switch
        {
            DeleteRunOutcome.Deleted => TypedResults.NoContent(),
            DeleteRunOutcome.StillActive =>
                Refusal.Conflict(ErrorCodes.RunActive, $"the run `{run}` is active: cancel it first"),
            DeleteRunOutcome.NotFound => NotFound(caller, run),
            _ => throw new UnreachableException(),
        };
}
