using Microsoft.Extensions.Logging;
using Weir.Engine.Running;
using Weir.Engine.Scheduling;
using Weir.Engine.Storage;

namespace Weir.Engine.Concurrency;

/// <summary>
/// Lets waiting runs begin: at once where this controller saw the run before end, and by a look at all groups every few
/// seconds while it leads, for whatever a crash or another controller left.
/// </summary>
public sealed partial class GroupLoop(
    RunGroups groups, Leadership leadership, RunSignals signals, TimeProvider time, ILogger<GroupLoop> log)
{
    private const int PageSize = 256;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var looked = DateTimeOffset.MinValue;
        while (!cancellationToken.IsCancellationRequested)
        {
            using var period = new CancellationTokenSource(Period, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(period.Token, cancellationToken);
            var added = signals.Groups.NextAsync(either.Token);
            try
            {
                foreach (var key in signals.Groups.Take()) await groups.AdmitNextAsync(key, cancellationToken);
                if (leadership.Current is not null && time.GetUtcNow() - looked >= Period)
                {
                    looked = time.GetUtcNow();
                    await LookAtAllAsync(cancellationToken);
                }

                await added;
            }
            catch (StoreUnavailableException unavailable)
            {
                Log.StoreUnavailable(log, unavailable);
                await WaitAsync(added, either.Token);
            }
            catch (OperationCanceledException) when (either.IsCancellationRequested)
            {
                // time to look again, or to stop
            }
        }
    }

    private static async Task WaitAsync(Task added, CancellationToken either)
    {
        try
        {
            await added;
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // time to look again, or to stop
        }
    }

    private async Task LookAtAllAsync(CancellationToken cancellationToken)
    {
        string? after = null;
        do
        {
            var page = await groups.ListAsync(after, PageSize, cancellationToken);
            foreach (var key in page) await groups.AdmitNextAsync(key, cancellationToken);
            after = page.Count < PageSize ? null : page[^1];
        }
        while (after is not null);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "the store did not answer; groups of runs are looked at again shortly")]
        public static partial void StoreUnavailable(ILogger logger, Exception exception);
    }
}
