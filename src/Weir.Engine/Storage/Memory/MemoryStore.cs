using Weir.Contracts.AgentProtocol;

namespace Weir.Engine.Storage.Memory;

/// <summary>
/// Everything in memory, gone with the process. Every call completes before it returns, so the simulator's
/// interleavings depend on nothing but its seed.
/// </summary>
public sealed class MemoryStore : IDocumentStore, IRecordStore
{
    private readonly Lock _gate = new();
    private readonly DocumentTable _documents = new();
    private readonly RunTable _runs = new();
    private readonly QueueTable _queue = new();
    private readonly LeaseTable _leases = new();
    private readonly EventTable _events = new();
    private readonly NodeTable _nodes = new();
    private readonly Dictionary<string, PlanRow> _plans = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Namespace, string Key), IdempotencyRow> _idempotency = [];

    public ValueTask<Document?> GetAsync(string key, CancellationToken cancellationToken) =>
        Do(() => _documents.Get(key), cancellationToken);

    public ValueTask<IReadOnlyList<Document>> ListAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken) =>
        Do(() => _documents.List(prefix, after, limit), cancellationToken);

    public ValueTask<CommitOutcome> CommitAsync(Commit commit, CancellationToken cancellationToken) =>
        Do(() => (CommitOutcome?)FindConflict(commit) ?? Apply(commit), cancellationToken);

    public ValueTask<RunRows?> LoadRunAsync(string run, CancellationToken cancellationToken) =>
        Do(() => _runs.Load(run), cancellationToken);

    public ValueTask<RunRow?> GetRunAsync(string run, CancellationToken cancellationToken) =>
        Do(() => _runs.Get(run), cancellationToken);

    public ValueTask<RunRow?> FindRunByNumberAsync(
        string @namespace, string flow, long number, CancellationToken cancellationToken) =>
        Do(() => _runs.FindByNumber(@namespace, flow, number), cancellationToken);

    public ValueTask<IReadOnlyList<RunRow>> FindRunsBySuffixAsync(
        string @namespace, string suffix, CancellationToken cancellationToken) =>
        Do(() => _runs.FindBySuffix(@namespace, suffix), cancellationToken);

    public ValueTask<IReadOnlyList<RunRow>> ListRunsAsync(RunQuery query, CancellationToken cancellationToken) =>
        Do(() => _runs.List(query), cancellationToken);

    public ValueTask<IReadOnlyList<RunRow>> ListDueRunsAsync(
        DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        Do(() => _runs.ListDue(now, limit), cancellationToken);

    public ValueTask<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) =>
        Do(_runs.NextDue, cancellationToken);

    public ValueTask<PlanRow?> GetPlanAsync(string digest, CancellationToken cancellationToken) =>
        Do(() => _plans.GetValueOrDefault(digest), cancellationToken);

    public ValueTask<IdempotencyRow?> GetIdempotencyAsync(
        string @namespace, string key, CancellationToken cancellationToken) =>
        Do(() => _idempotency.GetValueOrDefault((@namespace, key)), cancellationToken);

    public ValueTask<IReadOnlyList<QueueHead>> ListQueueHeadsAsync(CancellationToken cancellationToken) =>
        Do(_queue.Heads, cancellationToken);

    public ValueTask<IReadOnlyList<QueueRow>> ListQueueAsync(
        string @namespace, string shape, int limit, CancellationToken cancellationToken) =>
        Do(() => _queue.List(@namespace, shape, limit), cancellationToken);

    public ValueTask<IReadOnlyList<LeaseRow>> ListLeasesAsync(string agent, CancellationToken cancellationToken) =>
        Do(() => _leases.List(agent), cancellationToken);

    public ValueTask<LeaseRow?> GetLeaseAsync(string run, string step, CancellationToken cancellationToken) =>
        Do(() => _leases.Get(run, step), cancellationToken);

    public ValueTask<IReadOnlyList<LeaseRow>> ListExpiredLeasesAsync(
        DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        Do(() => _leases.ListExpired(now, limit), cancellationToken);

    public ValueTask<IReadOnlyDictionary<string, int>> CountLeasesAsync(CancellationToken cancellationToken) =>
        Do(_leases.Count, cancellationToken);

    public ValueTask<IReadOnlyList<bool>> RenewLeasesAsync(
        string agent, IReadOnlyList<AttemptFence> fences, DateTimeOffset until, CancellationToken cancellationToken) =>
        Do<IReadOnlyList<bool>>(
            () => [.. fences.Select(fence => _leases.Renew(agent, fence, until))], cancellationToken);

    public async ValueTask ExtendAllLeasesAsync(DateTimeOffset until, CancellationToken cancellationToken) =>
        await Do(
            () =>
            {
                _leases.ExtendAll(until);
                return true;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<EventRow>> ReadEventsAsync(
        long after, string? subject, int limit, CancellationToken cancellationToken) =>
        Do(() => _events.Read(after, subject, limit), cancellationToken);

    public ValueTask<long> LastEventAsync(CancellationToken cancellationToken) =>
        Do(() => _events.Last, cancellationToken);

    public ValueTask<NodeRow?> GetNodeAsync(string id, CancellationToken cancellationToken) =>
        Do(() => _nodes.Get(id), cancellationToken);

    public ValueTask<IReadOnlyList<NodeRow>> ListNodesAsync(NodeQuery query, CancellationToken cancellationToken) =>
        Do(() => _nodes.List(query), cancellationToken);

    public ValueTask<long> CountNodesAsync(NodeQuery query, CancellationToken cancellationToken) =>
        Do(() => _nodes.Count(query), cancellationToken);

    private ValueTask<T> Do<T>(Func<T> call, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<T>(cancellationToken);
        lock (_gate) return ValueTask.FromResult(call());
    }

    private CommitOutcome.Conflict? FindConflict(Commit commit)
    {
        foreach (var guard in commit.Unchanged)
        {
            if (_documents.Check(guard.Key, guard.Version) is { } moved) return moved;
        }

        foreach (var write in commit.Documents)
        {
            if (_documents.Check(write.Key, write.ExpectedVersion) is { } changed) return changed;
        }

        if (commit.Idempotency is { } key && _idempotency.ContainsKey((key.Namespace, key.Key)))
            return new CommitOutcome.Conflict(ConflictKind.Idempotency, key.Key);
        if (commit.Run is { } run && _runs.Check(run.Row.Id, run.ExpectedVersion) is { } runChanged) return runChanged;
        if (commit.DeleteRun is { } deletion && _runs.Check(deletion.Run, deletion.ExpectedVersion) is { } gone)
            return gone;
        return FindQueueConflict(commit) ?? FindLeaseConflict(commit);
    }

    private CommitOutcome.Conflict? FindQueueConflict(Commit commit)
    {
        foreach (var key in commit.Dequeue)
        {
            if (!_queue.Has(key)) return new CommitOutcome.Conflict(ConflictKind.QueueEntry, $"{key.Run}/{key.Step}");
        }

        foreach (var row in commit.Enqueue)
        {
            var key = new StepKey(row.Run, row.Step);
            if (_queue.Has(key) && !commit.Dequeue.Contains(key))
                return new CommitOutcome.Conflict(ConflictKind.QueueEntry, $"{key.Run}/{key.Step}");
        }

        return null;
    }

    private CommitOutcome.Conflict? FindLeaseConflict(Commit commit)
    {
        foreach (var end in commit.Ended)
        {
            if (!_leases.HasEnded(end))
                return new CommitOutcome.Conflict(
                    ConflictKind.LeaseNotEnded, $"{end.Key.Run}/{end.Key.Step}@{end.Key.Lease}");
        }

        foreach (var key in commit.Unlease)
        {
            if (!_leases.Has(key))
                return new CommitOutcome.Conflict(ConflictKind.Lease, $"{key.Run}/{key.Step}@{key.Lease}");
        }

        foreach (var row in commit.Lease)
        {
            if (_leases.FindClaim(row) is { } claimed && !commit.Unlease.Contains(claimed.Key))
                return new CommitOutcome.Conflict(ConflictKind.ClaimNonce, row.Fence.ToString());
            if (_leases.Get(row.Fence.Run, row.Fence.Step) is { } held && !commit.Unlease.Contains(held.Key))
                return new CommitOutcome.Conflict(ConflictKind.Lease, row.Fence.ToString());
        }

        return null;
    }

    private CommitOutcome.Committed Apply(Commit commit)
    {
        Require(commit);
        foreach (var write in commit.Documents) _documents.Apply(write);
        if (commit.Idempotency is { } key)
            _idempotency.Add((key.Namespace, key.Key), key with { Created = key.Created.Kept() });
        var number = commit.Run is { } run ? _runs.Apply(run) : 0;
        if (commit.DeleteRun is { } deletion) Delete(deletion.Run);
        if (commit.Plan is { } plan) _plans.TryAdd(plan.Digest, plan);
        foreach (var step in commit.Steps) _runs.Put(step);
        foreach (var entry in commit.Dequeue) _queue.Remove(entry);
        foreach (var row in commit.Enqueue) _queue.Add(row);
        foreach (var lease in commit.Unlease) _leases.Remove(new StepKey(lease.Run, lease.Step));
        foreach (var row in commit.Lease) _leases.Add(row);
        foreach (var row in commit.Nodes) _nodes.Add(row);
        foreach (var row in commit.Events) _events.Append(row);
        return new CommitOutcome.Committed(number, commit.Events.Count == 0 ? 0 : _events.Last);
    }

    private void Delete(string run)
    {
        _runs.Delete(run);
        _queue.RemoveRun(run);
        _leases.RemoveRun(run);
    }

    private void Require(Commit commit)
    {
        if (commit.Run is { } run) _runs.Require(run.Row);
        if (commit.Enqueue.Count > 1
            && commit.Enqueue.DistinctBy(row => (row.Run, row.Step)).Count() < commit.Enqueue.Count)
            throw new InvalidOperationException("a step is enqueued twice in one commit");
        if (commit.Lease.Count > 1 && HasRepeats(commit.Lease))
            throw new InvalidOperationException("a step or an ordinal of a claim is leased twice in one commit");
    }

    private static bool HasRepeats(IReadOnlyList<LeaseRow> rows) =>
        rows.DistinctBy(row => (row.Fence.Run, row.Fence.Step)).Count() < rows.Count
        || rows.DistinctBy(row => (row.Agent, row.Nonce, row.Ordinal)).Count() < rows.Count;
}
