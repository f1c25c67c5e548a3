using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Statuses;
using Weir.Controller.Auth;
using Weir.Controller.Features.Requests;
using Weir.Controller.Features.Runs;
using Weir.Engine.Running;

namespace Weir.Controller.Ui.Live;

/// <summary>
/// Tells a page that what it shows has changed. The page then asks for itself again and puts the parts that differ in
/// their places: so there is one way in which anything is rendered, and a page that nobody looks at asks for nothing.
/// </summary>
internal static class LiveEndpoint
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(300);

    public static void MapLive(this IEndpointRouteBuilder routes) => routes.MapGet(UiRoutes.Live, WatchAsync);

    private static async Task<IResult> WatchAsync(
        HttpContext context, Caller caller, QueryReader query, RunOperations runs, EventStreams streams)
    {
        if (query.Text("run") is not { } run)
            return streams.Open(writer => SendAsync(writer, end => runs.NextChangeInAsync(caller.Namespace, end)));
        if (await runs.GetAsync(caller.Namespace, run, context.RequestAborted) is not { } found)
            return RunEndpoints.NotFound(caller, run);
        return streams.Open(writer => SendAsync(
            writer, end => runs.NextChangeAsync(found.Id, end), () => IsOverAsync(runs, found.Namespace, found.Id)));
    }

    private static async Task<bool> IsOverAsync(RunOperations runs, string @namespace, string run) =>
        await runs.GetAsync(@namespace, run, CancellationToken.None) is not { } view || view.Status.IsFinal();

    /// <summary>The first change is told at once: something may have come between the page and the stream.</summary>
    private static async Task SendAsync(
        EventWriter writer, Func<CancellationToken, Task> next, Func<Task<bool>>? isOver = null)
    {
        while (true)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(writer.Stopped);
            var changed = next(end.Token);
            var over = isOver is not null && await isOver();
            await writer.SignalAsync("change");
            if (over)
            {
                await end.CancelAsync(); // nobody would ever wake this wait
                break;
            }

            await Task.Delay(Pace, writer.Time, end.Token);
            while (!await writer.WaitAsync(changed))
            {
                // a heartbeat went out; the wait goes on
            }
        }

        await writer.EndAsync();
    }
}
