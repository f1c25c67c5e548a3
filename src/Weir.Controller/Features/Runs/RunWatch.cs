using System.Globalization;
using Microsoft.AspNetCore.Http;
using Weir.Contracts.Json;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Controller.Auth;
using Weir.Controller.Features.Requests;
using Weir.Engine.Running;

namespace Weir.Controller.Features.Runs;

/// <summary>
/// Sends a run's whole view at each change; changes that come within 50 ms after one, or faster than the client reads,
/// are seen as one. A client that comes back names the version it saw last and is sent nothing until there is a newer
/// one.
/// </summary>
internal static class RunWatch
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    public static async Task<IResult> Watch(
        string run, HttpContext context, Caller caller, RunOperations runs, EventStreams streams)
    {
        if (await runs.GetAsync(caller.Namespace, run, context.RequestAborted) is not { } found)
            return RunEndpoints.NotFound(caller, run);
        var seen = long.TryParse(
            context.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture,
            out var version) ? version : -1;
        return streams.Open(writer => SendAsync(writer, runs, found, seen));
    }

    private static async Task SendAsync(EventWriter writer, RunOperations runs, RunView found, long seen)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(writer.Stopped);
        try
        {
            await SendAsync(writer, runs, found, seen, end.Token);
        }
        finally
        {
            await end.CancelAsync();
        }
    }

    private static async Task SendAsync(
        EventWriter writer, RunOperations runs, RunView found, long seen, CancellationToken end)
    {
        while (true)
        {
            var changed = runs.NextChangeAsync(found.Id, end);
            if (await runs.GetAsync(found.Namespace, found.Id, end) is not { } view) break;
            if (view.Version != seen)
                await writer.SendAsync(
                    "run", view.Version.ToString(CultureInfo.InvariantCulture), view, WeirJson.Default.RunView);
            if (view.Status.IsFinal()) break;
            seen = view.Version;
            var sent = writer.Time.GetTimestamp();
            while (!await writer.WaitAsync(changed))
            {
                // a heartbeat went out; the wait goes on
            }

            await RestAsync(writer, runs, found.Id, sent, end);
        }

        await writer.EndAsync();
    }

    /// <summary>
    /// Nobody sees more than 20 pictures a second, and each costs both sides; the last is not kept waiting.
    /// </summary>
    private static async Task RestAsync(
        EventWriter writer, RunOperations runs, string run, long sent, CancellationToken end)
    {
        while (runs.IsOpen(run) && Pace - writer.Time.GetElapsedTime(sent) is { Ticks: > 0 } rest)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(end);
            var changed = runs.NextChangeAsync(run, over.Token);
            if (runs.IsOpen(run)) await Task.WhenAny(changed, Task.Delay(rest, writer.Time, over.Token));
            await over.CancelAsync();
            end.ThrowIfCancellationRequested();
        }
    }
}
