using Microsoft.Extensions.Logging;
using Weir.Engine.Running;
using Weir.Engine.Storage;

namespace Weir.Engine.Scheduling;

/// <summary>
/// Looks at what is due: deadlines of runs and steps, and leases that ended unrenewed. Everything it does is decided by
/// <see cref="RunMachine"/> from stored state, so it may stop anywhere and be done again by another controller.
/// </summary>
public sealed partial class TimerLoop(
    RunKeeper keeper, Safeguards safeguards, TimeProvider time, ILogger<TimerLoop> log)
{
    private const int BatchSize = 256;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Gives live leases a fresh term first, so that a restart or an upgrade of the controller kills nothing.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var isFresh = false;
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do
            {
                try
                {
                    if (!isFresh)
                        await keeper.Store.ExtendAllLeasesAsync(
                            time.GetUtcNow() + keeper.Timing.Lease, cancellationToken);
                    isFresh = true;
                    await RunOnceAsync(cancellationToken);
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

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var run in await keeper.Store.ListDueRunsAsync(now, BatchSize, cancellationToken))
        {
            await keeper.ApplyAsync(run.Id, new RunEvent.Ticked(), cancellationToken);
        }

        if (!safeguards.Rescue) return;
        foreach (var lease in await keeper.Store.ListExpiredLeasesAsync(now, BatchSize, cancellationToken))
        {
            await keeper.ApplyAsync(lease.Fence.Run, new RunEvent.LeaseEnded(lease.Fence), cancellationToken);
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
