using Microsoft.Extensions.Logging;
using Weir.Contracts.Statuses;
using Weir.Controller.Storage.Files;
using Weir.Engine.Running;
using Weir.Engine.Scheduling;
using Weir.Engine.Storage;

namespace Weir.Controller.Hosting;

/// <summary>
/// Frees blobs that no run refers to any more, as those of deleted runs. An agent stores or asks for a blob while its
/// run is active and names it in the outcome; so what was stored or asked for since the oldest active run began may
/// still be named, and is left alone.
/// </summary>
internal sealed partial class BlobCollector(
    RunKeeper keeper, IBlobStore blobs, Leadership leadership, TimeProvider time, ILogger<BlobCollector> log)
{
    private const int PageSize = 200;
    private static readonly TimeSpan Period = TimeSpan.FromHours(6);

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
        if (blobs is not FileBlobStore files || leadership.Current is null) return;
        try
        {
            var candidates = files.IdleSince(await OldestActiveAsync(cancellationToken));
            if (candidates.Count == 0) return;
            var begun = time.GetUtcNow();
            await SpareNamedAsync(candidates, new RunQuery { Limit = PageSize }, cancellationToken);
            // a run that came meanwhile may have taken over what one names that is gone by now
            var meanwhile = new RunQuery { CreatedSince = begun, Limit = PageSize };
            await SpareNamedAsync(candidates, meanwhile, cancellationToken);
            var freed = files.Delete(candidates, cancellationToken);
            Log.Collected(log, candidates.Count, freed >> 20);
        }
        catch (Exception trouble) when (trouble is StoreUnavailableException or IOException)
        {
            Log.NotCollected(log, trouble);
        }
    }

    private async Task<DateTimeOffset> OldestActiveAsync(CancellationToken cancellationToken)
    {
        var oldest = time.GetUtcNow();
        var query = new RunQuery { Statuses = [RunStatus.Pending, RunStatus.Running], Limit = PageSize };
        await foreach (var run in RunsAsync(query, cancellationToken))
        {
            if (run.Created < oldest) oldest = run.Created;
        }

        return oldest;
    }

    private async Task SpareNamedAsync(
        HashSet<string> candidates, RunQuery query, CancellationToken cancellationToken)
    {
        await foreach (var row in RunsAsync(query, cancellationToken))
        {
            if (await keeper.LoadAsync(row.Id, cancellationToken) is not { ArtifactsGone: null } run) continue;
            foreach (var step in run.Steps)
            {
                if (step.WorkspaceDigest is { } workspace) candidates.Remove(workspace);
                foreach (var artifact in step.Artifacts.Concat(step.Attempts.SelectMany(a => a.Artifacts)))
                    candidates.Remove(artifact.Digest);
            }

            if (candidates.Count == 0) return;
        }
    }

    private async IAsyncEnumerable<RunRow> RunsAsync(
        RunQuery query,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await keeper.Store.ListRunsAsync(query, cancellationToken);
            foreach (var run in page) yield return run;
            if (page.Count < query.Limit) yield break;
            query = query with { Before = page[^1].Id };
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "{Count} blobs that no run names were removed, {Mebibytes} MiB")]
        public static partial void Collected(ILogger log, int count, long mebibytes);

        [LoggerMessage(Level = LogLevel.Warning, Message = "blobs could not be collected; tried again at the next time")]
        public static partial void NotCollected(ILogger log, Exception trouble);

        [LoggerMessage(Level = LogLevel.Debug, Message = "the collection of blobs has ended")]
        public static partial void Ended(ILogger log);
    }
}
