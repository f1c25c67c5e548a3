using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Routes;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Contracts.Tokens;
using Weir.Controller.Auth;
using Weir.Controller.Features.Requests;
using Weir.Controller.Features.Runs;
using Weir.Controller.Features.Steps;
using Weir.Engine.Running;
using Weir.Engine.Storage;

namespace Weir.Controller.Features.Logs;

/// <summary>The logs of a step: a range of bytes, or followed as they grow.</summary>
internal static class LogEndpoints
{
    private const int DefaultRange = 1 << 20;
    private const int LargestRange = 4 << 20;

    public static void MapLogs(this IEndpointRouteBuilder routes)
    {
        var logs = routes.MapGroup("").WithTags("Logs").Needs(TokenRole.Viewer);
        TakesPlace(logs.MapGet(ApiRoutes.StepLogs, ReadAsync)).WithName("ReadLog")
            .WithSummary("Read a range of a step's log as raw bytes; the headers Weir-Log-* say where to go on")
            .TakesQuery("limit", "integer", $"Bytes at most, up to {LargestRange}.")
            .Produces<Stream>(200, "application/octet-stream").Refuses(400, 404, 410);
        TakesPlace(logs.MapGet(ApiRoutes.StepLogsFollow, FollowAsync)).WithName("FollowLog")
            .WithSummary("Follow a step's log as server-sent events, to the step's end")
            .Produces<LogChunk>(200, "text/event-stream").Refuses(400, 404);
    }

    private static RouteHandlerBuilder TakesPlace(RouteHandlerBuilder endpoint) => endpoint
        .TakesQuery("stream", "string", "`both` (in order of arrival), `stdout` or `stderr`.")
        .TakesQuery("attempt", "integer", "The attempt; the newest when left out.")
        .TakesQuery("offset", "integer", "Bytes of that view to pass over; negative counts from the end.");

    private static async Task<IResult> ReadAsync(
        [AsParameters] LogPlace place, QueryReader query, HttpContext context, ILogStore logs)
    {
        var asked = LogAsked.From(query);
        var limit = (int)(query.Number("limit", 1, LargestRange) ?? DefaultRange);
        if (query.Refusal is { } refusal) return refusal;
        var (run, step, missing) = await place.FindAsync(context.RequestAborted);
        if (run is null || step is null) return missing!;
        if (run.LogsGone is { } gone) return Gone(run, gone);
        var attempt = asked.Attempt is { } number
            ? step.Attempts.FirstOrDefault(candidate => candidate.Number == number)
            : step.Attempts is [.., var newest] ? newest : null;
        if (attempt is null && asked.Attempt is { } wanted)
            return Refusal.NotFound(
                Contracts.Problems.ErrorCodes.StepNotFound, $"the step {step.Name} has no attempt {wanted}");
        var key = new LogKey(run.Namespace, run.Id, step.Name, attempt?.Number ?? 1);
        var log = new AttemptLog(logs, key, asked.View);
        await log.SeekAsync(asked.Offset, context.RequestAborted);
        return await RangeAsync(log, limit, (attempt, step), context);
    }

    private static Refusal Gone(RunView run, DateTimeOffset since) =>
        new(StatusCodes.Status410Gone, Contracts.Problems.ErrorCodes.LogGone, "gone")
        {
            Detail = $"the logs of {run.Handle} are not kept any more, by the namespace's retention, since {since:u}",
        };

    private static async Task<IResult> RangeAsync(
        AttemptLog log, int limit, (AttemptView? Attempt, StepView Step) of, HttpContext context)
    {
        var bytes = new MemoryStream();
        var ended = false;
        while (!ended && bytes.Length < limit)
        {
            var chunk = await log.NextAsync(limit - (int)bytes.Length, context.RequestAborted);
            if (chunk is null) ended = true;
            else bytes.Write(chunk.Bytes.Span);
        }

        var over = of.Attempt?.Status.IsFinal() ?? of.Step.Status.IsFinal();
        var headers = context.Response.Headers;
        headers[ApiHeaders.LogAttempt] = (of.Attempt?.Number ?? 0).ToString(CultureInfo.InvariantCulture);
        headers[ApiHeaders.LogNext] = log.Position.ToString(CultureInfo.InvariantCulture);
        headers[ApiHeaders.LogComplete] = ended && over ? "true" : "false";
        bytes.Position = 0;
        return TypedResults.Stream(bytes, "application/octet-stream");
    }

    private static async Task<IResult> FollowAsync(
        [AsParameters] LogPlace place, QueryReader query, HttpContext context, ILogStore logs, EventStreams streams)
    {
        var asked = LogAsked.From(query).ResumedAt(context.Request.Headers["Last-Event-ID"]);
        if (query.Refusal is { } refusal) return refusal;
        var (run, step, missing) = await place.FindAsync(context.RequestAborted);
        if (run is null || step is null) return missing!;
        return streams.Open(writer => new LogFollower(writer, place.Runs, logs).SendAsync(run, step.Name, asked));
    }
}

/// <summary>Whose log, and who asks for it.</summary>
internal readonly record struct LogPlace(string Run, string Step, Caller Caller, RunOperations Runs)
{
    public async Task<(RunView? Run, StepView? Step, Refusal? Missing)> FindAsync(CancellationToken cancellationToken)
    {
        if (await Runs.GetAsync(Caller.Namespace, Run, cancellationToken) is not { } run)
            return (null, null, RunEndpoints.NotFound(Caller, Run));
        var name = Step;
        return run.Steps?.FirstOrDefault(candidate => candidate.Name == name) is { } step
            ? (run, step, null)
            : (null, null, StepEndpoints.NotFound(run, Step));
    }
}

/// <summary>Which part of a log is asked for.</summary>
/// <param name="OneAttempt">The caller named the attempt: the later ones are not followed.</param>
internal sealed record LogAsked(LogView View, int? Attempt, long Offset, bool OneAttempt)
{
    public static LogAsked From(QueryReader query)
    {
        var views = query.Words<LogView>("stream");
        var attempt = (int?)query.Number("attempt", 1, int.MaxValue);
        var offset = query.Number("offset", long.MinValue + 1, long.MaxValue) ?? 0;
        return new LogAsked(views.Count == 0 ? LogView.Both : views[^1], attempt, offset, attempt is not null);
    }

    /// <summary>A client that comes back names what it saw last: <c>attempt.offset</c>.</summary>
    public LogAsked ResumedAt(string? lastEvent)
    {
        var parts = lastEvent?.Split('.') ?? [];
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var attempt)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
                ? this with { Attempt = attempt, Offset = offset }
                : this;
    }
}
