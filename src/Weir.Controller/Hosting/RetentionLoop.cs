using Microsoft.Extensions.Logging;
using Weir.Engine.Retention;
using Weir.Engine.Scheduling;
using Weir.Engine.Storage;

namespace Weir.Controller.Hosting;

/// <summary>Lets go, turn by turn, what the namespaces' policies do not keep; only where this one leads.</summary>
internal sealed partial class RetentionLoop(
    RetentionDesk retention, Leadership leadership, TimeProvider time, ILogger<RetentionLoop> log)
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(5);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken)) await RunOnceAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Log.Ended(log);
        }
    }

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        if (leadership.Current is null) return;
        try
        {
            await retention.TurnAsync(cancellationToken);
        }
        catch (Exception trouble) when (trouble is StoreUnavailableException or IOException)
        {
            Log.NotDone(log, trouble);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "what is not kept could not be let go; tried again at the next time")]
        public static partial void NotDone(ILogger log, Exception trouble);

        [LoggerMessage(Level = LogLevel.Debug, Message = "retention has ended")]
        public static partial void Ended(ILogger log);
    }
}
