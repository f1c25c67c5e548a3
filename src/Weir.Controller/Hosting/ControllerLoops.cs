using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.Engine.Agents;
using Weir.Engine.Events;
using Weir.Engine.Storage;

namespace Weir.Controller.Hosting;

/// <summary>What runs beside the requests, from start to stop.</summary>
internal sealed partial class ControllerLoops(
    SharedState shared, AgentRegistry agents, Upkeep upkeep, ControllerOptions options,
    ILogger<ControllerLoops> log)
    : BackgroundService
{
    private static readonly TimeSpan SeenPeriod = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAll(
            shared.RunAsync(stoppingToken), StoreSeenAsync(stoppingToken), upkeep.RunAsync(stoppingToken));
    }

    private async Task StoreSeenAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(SeenPeriod, options.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await StoreSeenOnceAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await StoreSeenOnceAsync(CancellationToken.None);
        }
    }

    private async Task StoreSeenOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            await agents.StoreSeenAsync(cancellationToken);
        }
        catch (StoreUnavailableException unavailable)
        {
            Log.SeenNotStored(log, unavailable);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "when agents were last heard could not be stored; tried again shortly")]
        public static partial void SeenNotStored(ILogger log, Exception unavailable);
    }
}

/// <summary>What no run waits for.</summary>
internal sealed class Upkeep(SelfCheck selfCheck, BlobCollector blobs, RetentionLoop retention, EventFeed feed)
{
    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(
        selfCheck.RunAsync(cancellationToken), blobs.RunAsync(cancellationToken),
        retention.RunAsync(cancellationToken), feed.RunAsync(cancellationToken));
}
