using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Runs;
using Weir.Controller.Features.Logs;
using Weir.Controller.Features.Requests;
using Weir.Controller.Ui.Rendering;
using Weir.Engine.Storage;

namespace Weir.Controller.Ui.Logs;

/// <summary>The log of a step: its end at first, earlier and later parts as they are asked for.</summary>
internal static class LogPages
{
    private const string NextHeader = "Weir-Log-Next";

    public static void MapLogPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet(UiRoutes.Log, ShowAsync);
        pages.MapGet(UiRoutes.LogLines, PartAsync);
        pages.MapGet(UiRoutes.LogFollow, FollowAsync);
        pages.MapGet(UiRoutes.LogRaw, RawAsync);
    }

    private static async Task<IResult> ShowAsync(
        [AsParameters] LogPlace place, QueryReader query, HttpContext context, LogPageSources from)
    {
        var (of, refusal) = await FindAsync(place, query, context);
        if (of is null) return refusal!;
        var at = query.Number("at", 0, long.MaxValue);
        if (query.Refusal is { } wrong) return wrong;
        var reader = new LogLineReader(from.Logs, of.Key);
        var lines = at is { } offset
            ? await reader.ForwardAsync(offset, of.IsOver, context.RequestAborted)
            : await reader.BackwardAsync(before: null, of.IsOver, context.RequestAborted);
        return from.Pages.Show<LogPage>(
            $"{of.Step.Name} of {of.Run.Handle}", live: of.IsOver ? null : of.Run.Id, ("Of", of), ("Lines", lines));
    }

    /// <summary><c>before=OFFSET</c> or <c>from=OFFSET</c>; the answer is what the page puts at its place.</summary>
    private static async Task<IResult> PartAsync(
        [AsParameters] LogPlace place, QueryReader query, HttpContext context, LogPageSources from)
    {
        var (of, refusal) = await FindAsync(place, query, context);
        if (of is null) return refusal!;
        var (before, after) = (query.Number("before", 0, long.MaxValue), query.Number("from", 0, long.MaxValue));
        if (query.Refusal is { } wrong) return wrong;
        var reader = new LogLineReader(from.Logs, of.Key);
        var lines = before is not null
            ? await reader.BackwardAsync(before, of.IsOver, context.RequestAborted)
            : await reader.ForwardAsync(after ?? 0, of.IsOver, context.RequestAborted);
        var html = await from.Pages.PartAsync<LogPart>(context, ("Of", of), ("Lines", lines));
        context.Response.Headers[NextHeader] = lines.To.ToString(CultureInfo.InvariantCulture);
        return TypedResults.Content(html, "text/html; charset=utf-8");
    }

    /// <summary>Says when there is more; what it is, the page asks for by itself.</summary>
    private static async Task<IResult> FollowAsync(
        [AsParameters] LogPlace place, QueryReader query, HttpContext context, LogPageSources from)
    {
        var (of, refusal) = await FindAsync(place, query, context);
        if (of is null) return refusal!;
        return from.Streams.Open(writer => new LogSignals(writer, place.Runs, from.Logs).SendAsync(of));
    }

    private static async Task<IResult> RawAsync(
        [AsParameters] LogPlace place, QueryReader query, HttpContext context, LogPageSources from)
    {
        var (of, refusal) = await FindAsync(place, query, context);
        if (of is null) return refusal!;
        var log = new AttemptLog(from.Logs, of.Key, LogView.Both);
        return TypedResults.Stream(
            body => CopyAsync(log, body, context.RequestAborted), "text/plain; charset=utf-8",
            $"{of.Run.Flow}-{of.Run.Number}-{of.Step.Name}.log");
    }

    private static async Task CopyAsync(AttemptLog log, Stream body, CancellationToken cancellationToken)
    {
        while (await log.NextAsync(LogLineReader.PartBytes, cancellationToken) is { } chunk)
        {
            await body.WriteAsync(chunk.Bytes, cancellationToken);
        }
    }

    private static async Task<(LogSubject? Of, Refusal? Refusal)> FindAsync(
        LogPlace place, QueryReader query, HttpContext context)
    {
        var wanted = (int?)query.Number("attempt", 1, int.MaxValue);
        if (query.Refusal is { } wrong) return (null, wrong);
        var (run, step, missing) = await place.FindAsync(context.RequestAborted);
        if (run is null || step is null) return (null, missing);
        var newest = step.Attempts.Count > 0 ? step.Attempts[^1] : null;
        var attempt = wanted is { } number ? step.Attempts.FirstOrDefault(one => one.Number == number) : newest;
        return attempt is null && wanted is not null
            ? (null, Refusal.NotFound(
                Contracts.Problems.ErrorCodes.StepNotFound, $"the step {step.Name} has no attempt {wanted}"))
            : (new LogSubject(run, step, attempt), null);
    }
}

/// <summary>What the pages of logs are read from.</summary>
internal sealed record LogPageSources(ILogStore Logs, PageRenderer Pages, EventStreams Streams);
