using System.Collections.Concurrent;
using System.Text.Json;
using Weir.Contracts.Json;
using Weir.Contracts.Retention;
using Weir.Engine.Identity;
using Weir.Engine.Running;
using Weir.Engine.Storage;

namespace Weir.Engine.Retention;

/// <summary>
/// The policies, one document per namespace (<c>retention/&lt;namespace&gt;</c>), and their execution in turns of
/// bounded work. What goes is noted in the run first, under its version; then the files go. A run that is active is
/// never touched. Blobs are freed later, by whoever collects those that nothing names.
/// </summary>
public sealed class RetentionDesk(RunKeeper keeper, IDocumentStore documents, ILogStore logs, TimeProvider time)
{
    private const string Prefix = "retention/";
    private const int PageSize = 200;
    private const int MostNamespaces = 200;
    private const int MostTries = 16;

    /// <summary>How far the turns of a namespace came; from the end they begin again at the newest.</summary>
    private readonly ConcurrentDictionary<string, string> _cursors = new(StringComparer.Ordinal);

    public async Task<RetentionPolicy> GetAsync(string @namespace, CancellationToken cancellationToken) =>
        await documents.GetAsync(Prefix + @namespace, cancellationToken) is { } document
            ? Read(document)
            : new RetentionPolicy();

    public async Task SetAsync(string @namespace, RetentionPolicy policy, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.Serialize(policy, WeirJson.Default.RetentionPolicy);
        var change = new EventRow(0, time.GetUtcNow(), "retention.set", @namespace, @namespace, json);
        for (var tries = 0; tries < MostTries; tries++)
        {
            var known = await documents.GetAsync(Prefix + @namespace, cancellationToken);
            var commit = new Commit
            {
                Documents = [new DocumentWrite(Prefix + @namespace, known?.Version ?? 0, json)], Events = [change],
            };
            if (await keeper.Store.CommitAsync(commit, cancellationToken) is CommitOutcome.Committed) return;
        }

        throw new StoreUnavailableException("the policy met too many concurrent changes");
    }

    /// <summary>What would go now, of at most so many runs.</summary>
    public async Task<RetentionReport> PreviewAsync(
        string @namespace, int mostRuns, CancellationToken cancellationToken)
    {
        var report = new Tally();
        var policy = await GetAsync(@namespace, cancellationToken);
        string? before = null;
        for (var seen = 0; seen < mostRuns; seen += PageSize)
        {
            var page = await PageAsync(@namespace, policy, before, cancellationToken);
            foreach (var row in page) report.Add(row, RetentionRule.Decide(row, policy, time.GetUtcNow()));
            if (page.Count < PageSize) return report.Report(more: false);
            before = page[^1].Id;
        }

        return report.Report(more: true);
    }

    /// <summary>One turn for every namespace that has a policy.</summary>
    public async Task TurnAsync(CancellationToken cancellationToken)
    {
        string? after = null;
        while (true)
        {
            var page = await documents.ListAsync(Prefix, after, MostNamespaces, cancellationToken);
            foreach (var document in page) await TurnAsync(document.Key[Prefix.Length..], cancellationToken);
            if (page.Count < MostNamespaces) return;
            after = page[^1].Key;
        }
    }

    /// <summary>Looks at the next runs of the namespace and lets go what its policy does not keep.</summary>
    public async Task<RetentionReport> TurnAsync(string @namespace, CancellationToken cancellationToken)
    {
        var report = new Tally();
        var policy = await GetAsync(@namespace, cancellationToken);
        var page = await PageAsync(@namespace, policy, _cursors.GetValueOrDefault(@namespace), cancellationToken);
        foreach (var row in page)
        {
            var verdict = RetentionRule.Decide(row, policy, time.GetUtcNow());
            if (!verdict.IsNothing && await LetGoAsync(row, verdict, cancellationToken)) report.Add(row, verdict);
        }

        if (page.Count < PageSize) _cursors.TryRemove(@namespace, out _);
        else _cursors[@namespace] = page[^1].Id;
        return report.Report(page.Count == PageSize);
    }

    private async Task<bool> LetGoAsync(RunRow row, RetentionVerdict verdict, CancellationToken cancellationToken)
    {
        if (verdict.Run)
        {
            var gone = new Commit { DeleteRun = new RunDeletion(row.Id, row.Version) };
            if (await keeper.Store.CommitAsync(gone, cancellationToken) is not CommitOutcome.Committed) return false;
            keeper.Forget(row.Id);
        }
        else
        {
            var expired = new RunEvent.Expired(verdict.Logs, verdict.Artifacts);
            var applied = await keeper.ApplyAsync(row.Id, expired, cancellationToken);
            if (applied.Verdict == EventVerdict.Refused) return false;
        }

        if (verdict.Run || verdict.Logs) await logs.DeleteRunAsync(row.Namespace, row.Id, cancellationToken);
        return true;
    }

    private async Task<IReadOnlyList<RunRow>> PageAsync(
        string @namespace, RetentionPolicy policy, string? before, CancellationToken cancellationToken)
    {
        if (RetentionRule.ShortestOf(policy) is not { } shortest) return [];
        var query = new RunQuery
        {
            Namespace = @namespace,
            Before = before ?? IdSource.FirstAt(time.GetUtcNow() - shortest),
            Limit = PageSize,
        };
        return await keeper.Store.ListRunsAsync(query, cancellationToken);
    }

    private static RetentionPolicy Read(Document document) =>
        JsonSerializer.Deserialize(document.Json, WeirJson.Default.RetentionPolicy)!;

    private sealed class Tally
    {
        private readonly List<string> _runs = [];
        private readonly List<string> _logs = [];
        private readonly List<string> _artifacts = [];

        public void Add(RunRow row, RetentionVerdict verdict)
        {
            var handle = $"{row.Flow}#{row.Number}";
            if (verdict.Run) _runs.Add(handle);
            if (verdict.Logs) _logs.Add(handle);
            if (verdict.Artifacts) _artifacts.Add(handle);
        }

        public RetentionReport Report(bool more) => new()
        {
            Runs = _runs, Logs = _logs, Artifacts = _artifacts, More = more,
        };
    }
}
