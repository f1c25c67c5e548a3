using Weir.Contracts.AgentProtocol;
using Weir.Engine.Concurrency;
using Weir.Engine.Scheduling;
using Weir.Engine.Storage;
using Weir.Engine.Storage.Memory;

namespace Weir.Testing.Simulation;

/// <summary>
/// The record store as a controller process sees it: slow, and at times silent before or after the write. The rows
/// survive every process.
/// </summary>
internal sealed class SimStore(MemoryStore rows, SimWorld world, SimController controller, Safeguards safeguards)
    : IRecordStore
{
    private static readonly TimeSpan LongestLinger = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(2);

    public async ValueTask<CommitOutcome> CommitAsync(Commit commit, CancellationToken cancellationToken)
    {
        await PassAsync();
        await LingerAsync();
        if (IsSilent()) throw new StoreUnavailableException("simulated: before the write");
        var judged = safeguards.LeaderFence ? commit : commit with { Unchanged = [] };
        if (!safeguards.GroupCondition) judged = judged with { Documents = await AtPresentAsync(judged.Documents) };
        var outcome = await rows.CommitAsync(judged, cancellationToken);
        if (outcome is CommitOutcome.Committed)
        {
            world.Watch.Committed(commit);
            await LedInTermAsync(commit);
        }

        await PassAsync();
        await LingerAsync();
        if (IsSilent()) throw new StoreUnavailableException("simulated: after the write");
        return outcome;
    }

    public async ValueTask<IReadOnlyList<bool>> RenewLeasesAsync(
        string agent, IReadOnlyList<AttemptFence> fences, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await PassAsync();
        if (IsSilent()) throw new StoreUnavailableException("simulated");
        return await rows.RenewLeasesAsync(agent, fences, until, cancellationToken);
    }

    public async ValueTask<RunRows?> LoadRunAsync(string run, CancellationToken cancellationToken) =>
        await Read(() => rows.LoadRunAsync(run, cancellationToken));

    public async ValueTask<RunRow?> GetRunAsync(string run, CancellationToken cancellationToken) =>
        await Read(() => rows.GetRunAsync(run, cancellationToken));

    public async ValueTask<RunRow?> FindRunByNumberAsync(
        string @namespace, string flow, long number, CancellationToken cancellationToken) =>
        await Read(() => rows.FindRunByNumberAsync(@namespace, flow, number, cancellationToken));

    public async ValueTask<IReadOnlyList<RunRow>> FindRunsBySuffixAsync(
        string @namespace, string suffix, CancellationToken cancellationToken) =>
        await Read(() => rows.FindRunsBySuffixAsync(@namespace, suffix, cancellationToken));

    public async ValueTask<IReadOnlyList<RunRow>> ListRunsAsync(RunQuery query, CancellationToken cancellationToken) =>
        await Read(() => rows.ListRunsAsync(query, cancellationToken));

    public async ValueTask<IReadOnlyList<RunRow>> ListDueRunsAsync(
        DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        await Read(() => rows.ListDueRunsAsync(now, limit, cancellationToken));

    public async ValueTask<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) =>
        await Read(() => rows.NextDueAsync(cancellationToken));

    public async ValueTask<PlanRow?> GetPlanAsync(string digest, CancellationToken cancellationToken) =>
        await Read(() => rows.GetPlanAsync(digest, cancellationToken));

    public async ValueTask<IdempotencyRow?> GetIdempotencyAsync(
        string @namespace, string key, CancellationToken cancellationToken) =>
        await Read(() => rows.GetIdempotencyAsync(@namespace, key, cancellationToken));

    public async ValueTask<IReadOnlyList<QueueHead>> ListQueueHeadsAsync(CancellationToken cancellationToken) =>
        await Read(() => rows.ListQueueHeadsAsync(cancellationToken));

    public async ValueTask<IReadOnlyList<QueueRow>> ListQueueAsync(
        string @namespace, string shape, int limit, CancellationToken cancellationToken) =>
        await Read(() => rows.ListQueueAsync(@namespace, shape, limit, cancellationToken));

    public async ValueTask<IReadOnlyList<LeaseRow>> ListLeasesAsync(
        string agent, CancellationToken cancellationToken) =>
        await Read(() => rows.ListLeasesAsync(agent, cancellationToken));

    public async ValueTask<LeaseRow?> GetLeaseAsync(string run, string step, CancellationToken cancellationToken) =>
        await Read(() => rows.GetLeaseAsync(run, step, cancellationToken));

    public async ValueTask<IReadOnlyList<LeaseRow>> ListExpiredLeasesAsync(
        DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        await Read(() => rows.ListExpiredLeasesAsync(now, limit, cancellationToken));

    public async ValueTask<IReadOnlyDictionary<string, int>> CountLeasesAsync(CancellationToken cancellationToken) =>
        await Read(() => rows.CountLeasesAsync(cancellationToken));

    public async ValueTask ExtendAllLeasesAsync(DateTimeOffset until, CancellationToken cancellationToken)
    {
        await PassAsync();
        if (controller.IsCutFromStore) throw new StoreUnavailableException("simulated");
        await rows.ExtendAllLeasesAsync(until, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<EventRow>> ReadEventsAsync(
        long after, string? subject, int limit, CancellationToken cancellationToken) =>
        await Read(() => rows.ReadEventsAsync(after, subject, limit, cancellationToken));

    public async ValueTask<long> LastEventAsync(CancellationToken cancellationToken) =>
        await Read(() => rows.LastEventAsync(cancellationToken));

    public async ValueTask<NodeRow?> GetNodeAsync(string id, CancellationToken cancellationToken) =>
        await Read(() => rows.GetNodeAsync(id, cancellationToken));

    public async ValueTask<IReadOnlyList<NodeRow>> ListNodesAsync(
        NodeQuery query, CancellationToken cancellationToken) =>
        await Read(() => rows.ListNodesAsync(query, cancellationToken));

    public async ValueTask<long> CountNodesAsync(NodeQuery query, CancellationToken cancellationToken) =>
        await Read(() => rows.CountNodesAsync(query, cancellationToken));

    private async ValueTask<T> Read<T>(Func<ValueTask<T>> read)
    {
        await Task.Yield();
        if (controller.IsCutFromStore) throw new StoreUnavailableException("simulated: no answer");
        return await read();
    }

    /// <summary>Writes to groups that hold whatever their version is.</summary>
    private async ValueTask<IReadOnlyList<DocumentWrite>> AtPresentAsync(IReadOnlyList<DocumentWrite> writes)
    {
        var present = new List<DocumentWrite>(writes.Count);
        foreach (var write in writes)
        {
            var isGroup = write.Key.StartsWith(GroupMembers.Prefix, StringComparison.Ordinal);
            var now = isGroup ? await rows.GetAsync(write.Key, CancellationToken.None) : null;
            present.Add(isGroup ? write with { ExpectedVersion = now?.Version ?? 0 } : write);
        }

        return present;
    }

    private bool IsSilent() => controller.IsCutFromStore || world.Chance(world.Faults.Store);

    /// <summary>A commit may be long on its way, and its answer too.</summary>
    private Task LingerAsync() =>
        world.Chance(world.Faults.SlowStore) ? world.PassAsync(LongestLinger) : Task.CompletedTask;

    private async ValueTask LedInTermAsync(Commit commit)
    {
        foreach (var guard in commit.Unchanged.Where(guard => guard.Key == Leadership.TermKey))
        {
            var term = (await rows.GetAsync(Leadership.TermKey, CancellationToken.None))?.Version;
            if (term != guard.Version)
                world.Break($"{controller.Number} wrote as the leader of term {guard.Version}, in term {term}");
        }
    }

    private Task PassAsync() => world.PassAsync(Pace);
}
