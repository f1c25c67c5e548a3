using Microsoft.Extensions.Logging;
using Weir.Engine.Running;
using Weir.Engine.Storage;

namespace Weir.Engine.Scheduling;

/// <summary>
/// Looks at what is due: deadlines of runs and steps, and leases that ended unrenewed. Everything it does is decided by
/// <see cref="RunMachine"/> from stored state, so it may stop anywhere and be done again by another controller.
/// </summary>
public sealed partial class TimerLoop(
    RunKeeper keeper, Leadership leadership, Safeguards safeguards, TimeProvider time, ILogger<TimerLoop> log)
{
    private const int BatchSize = 256;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Gives live leases a fresh term whenever it begins to lead, so that a restart, an upgrade or an absence of all
    /// controllers kills nothing.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        LeaderTerm? fresh = null;
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do
            {
                try
                {
                    if (leadership.Current is not { } term) continue;
                    if (fresh != term)
                        await keeper.Store.ExtendAllLeasesAsync(
                            time.GetUtcNow() + keeper.Timing.Lease, cancellationToken);
                    fresh = term;
                    await RunOnceAsync(term, cancellationToken);
                }
                catch (StoreUnavailableException unavailable)
                {
                    Log.StoreUnavailable(log, unavailable);
                }
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Log.Stopped(log);
        }
    }

    public async Task RunOnceAsync(LeaderTerm term, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var run in await keeper.Store.ListDueRunsAsync(now, BatchSize, cancellationToken))
        {
            await keeper.ApplyAsync(run.Id, new RunEvent.Ticked(), term, cancellationToken);
        }

        if (!safeguards.Rescue) return;
        foreach (var lease in await keeper.Store.ListExpiredLeasesAsync(now, BatchSize, cancellationToken))
        {
            var ended = new RunEvent.LeaseEnded(lease.Fence, now);
            await keeper.ApplyAsync(lease.Fence.Run, ended, term, cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "the store did not answer; deadlines are looked at again shortly")]
        public static partial void StoreUnavailable(ILogger logger, Exception exception);

        [LoggerMessage(Level = LogLevel.Debug, Message = "the timer loop has ended")]
        public static partial void Stopped(ILogger logger);
    }
}
