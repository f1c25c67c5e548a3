using Weir.Contracts.Json;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Controller.Features.Requests;
using Weir.Engine.Running;
using Weir.Engine.Storage;

namespace Weir.Controller.Features.Logs;

/// <summary>
/// Sends a step's log as it grows, attempt after attempt. Whether an attempt is over is asked before its log is read to
/// the end, never after: so its last bytes cannot come between.
/// </summary>
internal sealed class LogFollower(EventWriter writer, RunOperations runs, ILogStore logs)
{
    private const int LargestEvent = 64 * 1024;

    public async Task SendAsync(RunView run, string step, LogAsked asked)
    {
        var number = asked.Attempt ?? Math.Max(1, NewestOf(run, step));
        var offset = asked.Offset;
        while (true)
        {
            var log = new AttemptLog(logs, new LogKey(run.Namespace, run.Id, step, number), asked.View);
            await log.SeekAsync(offset, writer.Stopped);
            if (await SendAttemptAsync(log, run, step, number) is not { } newer) break;
            run = newer;
            if (asked.OneAttempt || IsOver(run, step, number)) break;
            (number, offset) = (number + 1, 0);
        }

        await writer.EndAsync();
    }

    /// <summary>The run as it was when the attempt was over and all its log sent; null when the run is gone.</summary>
    private async Task<RunView?> SendAttemptAsync(AttemptLog log, RunView run, string step, int number)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(writer.Stopped);
        try
        {
            return await SendAttemptAsync(log, (run, step, number), end.Token);
        }
        finally
        {
            await end.CancelAsync();
        }
    }

    private async Task<RunView?> SendAttemptAsync(
        AttemptLog log, (RunView Run, string Step, int Number) of, CancellationToken end)
    {
        var key = new LogKey(of.Run.Namespace, of.Run.Id, of.Step, of.Number);
        var changed = runs.NextChangeAsync(of.Run.Id, end);
        var view = await runs.GetAsync(of.Run.Namespace, of.Run.Id, end);
        Task? more = null;
        var closed = false;
        while (view is not null)
        {
            var over = AttemptIsOver(view, of.Step, of.Number);
            var before = log.Seen;
            await DrainAsync(log, of.Number);
            if (over) return view;
            if (more is { IsCompleted: true })
            {
                // a log that wakes its followers without more bytes was closed: what follows is told by the run
                closed = log.Seen == before;
                more = null;
            }

            if (!closed && HasBegun(view, of.Step, of.Number)) more ??= logs.WaitForMoreAsync(key, log.Seen, end);
            var woken = await writer.WaitAsync(more is null ? changed : Task.WhenAny(more, changed));
            if (woken && !changed.IsCompleted) continue;
            if (changed.IsCompleted) changed = runs.NextChangeAsync(of.Run.Id, end);
            view = await runs.GetAsync(of.Run.Namespace, of.Run.Id, end);
        }

        return null;
    }

    private async Task DrainAsync(AttemptLog log, int number)
    {
        while (await log.NextAsync(LargestEvent, writer.Stopped) is { } chunk)
        {
            await writer.SendAsync("log", $"{number}.{log.Position}", chunk, WeirJson.Default.LogChunk);
        }
    }

    private static int NewestOf(RunView run, string step) =>
        Find(run, step) is { Attempts: [.., var newest] } ? newest.Number : 0;

    private static bool HasBegun(RunView run, string step, int number) => NewestOf(run, step) >= number;

    private static bool AttemptIsOver(RunView run, string step, int number)
    {
        if (Find(run, step) is not { } found || found.Status.IsFinal()) return true;
        return found.Attempts.FirstOrDefault(
            attempt => attempt.Number == number)?.Status.IsFinal() ?? NewestOf(run, step) > number;
    }

    /// <summary>No attempt comes after this one.</summary>
    private static bool IsOver(RunView run, string step, int number) =>
        Find(run, step) is not { } found || (found.Status.IsFinal() && NewestOf(run, step) <= number);

    private static StepView? Find(RunView run, string step) =>
        run.Steps?.FirstOrDefault(candidate => candidate.Name == step);
}
