using Microsoft.Extensions.Logging;
using Weir.Engine.Storage;

namespace Weir.Controller.Hosting;

/// <summary>
/// Now and then asks the store and looks at the disk, so that the log tells of trouble before people do.
/// </summary>
internal sealed partial class SelfCheck(IDocumentStore documents, ControllerOptions options, ILogger<SelfCheck> log)
{
    private const long LeastFreeBytes = 512L << 20;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.SelfCheck, options.Time);
        try
        {
            do await RunOnceAsync(cancellationToken);
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Log.Ended(log);
        }
    }

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            await documents.GetAsync("self-check", cancellationToken);
        }
        catch (StoreUnavailableException unavailable)
        {
            Log.StoreSilent(log, unavailable);
        }

        var free = new DriveInfo(Path.GetFullPath(options.DataFolder)).AvailableFreeSpace;
        if (free < LeastFreeBytes) Log.DiskAlmostFull(log, options.DataFolder, free >> 20);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "self-check: the store does not answer")]
        public static partial void StoreSilent(ILogger log, Exception unavailable);

        [LoggerMessage(Level = LogLevel.Warning, Message = "self-check: {Folder} has only {Mebibytes} MiB left")]
        public static partial void DiskAlmostFull(ILogger log, string folder, long mebibytes);

        [LoggerMessage(Level = LogLevel.Debug, Message = "self-checks have ended")]
        public static partial void Ended(ILogger log);
    }
}
