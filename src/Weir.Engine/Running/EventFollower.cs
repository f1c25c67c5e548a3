using Microsoft.Extensions.Logging;
using Weir.Engine.Scheduling;
using Weir.Engine.Signals;
using Weir.Engine.Storage;

namespace Weir.Engine.Running;

/// <summary>
/// What other controllers did reaches this one by the events of their commits: it forgets what it kept of the runs they
/// moved on, and wakes who waits here for such a change. A nudge makes it look at once; without one it looks twice a
/// second.
/// </summary>
public sealed partial class EventFollower(RunKeeper keeper, RunSignals signals, CoreSources sources)
{
    private const int PageSize = 1_000;
    private const int MostWoken = 64;
    private const string Nudged = "events";
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);
    private readonly ILogger _log = sources.Logs.CreateLogger<EventFollower>();
    private readonly ChangeWatch _nudges = new();

    /// <summary>For what this controller keeps of other things than runs; called for each event of others.</summary>
    public Func<EventRow, CancellationToken, Task>? Others { get; set; }

    /// <summary>Where to begin; the present end unless told otherwise.</summary>
    public long? After { get; set; }

    public void Nudge() => _nudges.Pulse(Nudged);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (sources.Controller is null) return;
        var after = After;
        while (!cancellationToken.IsCancellationRequested)
        {
            using var period = new CancellationTokenSource(Period, sources.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(period.Token, cancellationToken);
            var nudged = _nudges.NextAsync(Nudged, either.Token);
            after = await TryFollowAsync(after, cancellationToken);
            try
            {
                await nudged;
            }
            catch (OperationCanceledException) when (either.IsCancellationRequested)
            {
                // time to look again, or to stop
            }
        }
    }

    /// <summary>Takes in what came after the sequence, and tells how far that is.</summary>
    public async Task<long> FollowAsync(long after, CancellationToken cancellationToken)
    {
        var last = await keeper.Store.LastEventAsync(cancellationToken);
        while (after < last)
        {
            var page = await keeper.Store.ReadNewsAsync(after, last, PageSize, cancellationToken);
            await TakeInAsync(page, cancellationToken);
            after = page.Count < PageSize ? last : page[^1].Sequence;
        }

        return last;
    }

    private async Task<long?> TryFollowAsync(long? after, CancellationToken cancellationToken)
    {
        try
        {
            return after is { } known
                ? await FollowAsync(known, cancellationToken)
                : await keeper.Store.LastEventAsync(cancellationToken);
        }
        catch (StoreUnavailableException unavailable)
        {
            Log.StoreUnavailable(_log, unavailable);
            return after;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return after;
        }
    }

    private async Task TakeInAsync(IReadOnlyList<EventRow> page, CancellationToken cancellationToken)
    {
        foreach (var run in page.Where(IsOfRun).DistinctBy(row => row.Subject))
        {
            await keeper.ForgetAsync(run.Subject);
            signals.Runs.Pulse(run.Subject);
        }

        foreach (var stopping in page.Where(row => row.Type is RunEffects.RunStopping or RunEffects.StepStopping))
        {
            if (await keeper.LoadAsync(stopping.Subject, cancellationToken) is { } run) signals.Stopping(run);
        }

        var queued = page.Count(row => row.Type == "step.queued");
        if (queued > 0) await WakeAsync(Math.Min(queued, MostWoken), cancellationToken);
        if (Others is null) return;
        foreach (var row in page.Where(row => !IsOfRun(row))) await Others(row, cancellationToken);
    }

    /// <summary>The events do not tell what the steps need, so those at the heads of the queue are offered.</summary>
    private async Task WakeAsync(int times, CancellationToken cancellationToken)
    {
        foreach (var head in await keeper.Store.ListQueueHeadsAsync(cancellationToken))
        {
            for (var i = 0; i < times; i++) signals.Claims.Wake(head.Namespace, new Shape(head.Shape));
        }
    }

    private static bool IsOfRun(EventRow row) =>
        row.Type.StartsWith("run.", StringComparison.Ordinal) || row.Type.StartsWith("step.", StringComparison.Ordinal);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "the store did not answer; what others did is looked at again shortly")]
        public static partial void StoreUnavailable(ILogger logger, Exception exception);
    }
}
