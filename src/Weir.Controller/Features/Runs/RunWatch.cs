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
/// Sends a run's whole view at each change; changes that come faster than the client reads are seen as one. A client
/// that comes back names the version it saw last and is sent nothing until there is a newer one.
/// </summary>
internal static class RunWatch
{
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
            while (!await writer.WaitAsync(changed))
            {
                // a heartbeat went out; the wait goes on
            }
        }

        await writer.EndAsync();
    }
}
