using Weir.Contracts.AgentProtocol;

namespace Weir.Engine.Storage;

/// <summary>
/// High-volume rows. Writes go through <see cref="CommitAsync"/> and the few typed operations below; a call returns
/// when its effect is durable. Reads see every commit acknowledged before they began. Thread-safe. Instants are kept to
/// the millisecond. When the store cannot be reached it throws <see cref="StoreUnavailableException"/>; whether a write
/// was done is then unknown and the caller reads before it writes again.
/// </summary>
public interface IRecordStore
{
    ValueTask<CommitOutcome> CommitAsync(Commit commit, CancellationToken cancellationToken);

    ValueTask<RunRows?> LoadRunAsync(string run, CancellationToken cancellationToken);

    ValueTask<RunRow?> GetRunAsync(string run, CancellationToken cancellationToken);

    ValueTask<RunRow?> FindRunByNumberAsync(
        string @namespace, string flow, long number, CancellationToken cancellationToken);

    /// <summary>At most two, so that the caller can tell "unique" from "ambiguous".</summary>
    ValueTask<IReadOnlyList<RunRow>> FindRunsBySuffixAsync(
        string @namespace, string suffix, CancellationToken cancellationToken);

    /// <summary>Newest first.</summary>
    ValueTask<IReadOnlyList<RunRow>> ListRunsAsync(RunQuery query, CancellationToken cancellationToken);

    /// <summary>Runs whose <see cref="RunRow.Due"/> has come, earliest first.</summary>
    ValueTask<IReadOnlyList<RunRow>> ListDueRunsAsync(
        DateTimeOffset now, int limit, CancellationToken cancellationToken);

    /// <summary>When the earliest run is due, or null.</summary>
    ValueTask<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken);

    ValueTask<PlanRow?> GetPlanAsync(string digest, CancellationToken cancellationToken);

    ValueTask<IdempotencyRow?> GetIdempotencyAsync(string @namespace, string key, CancellationToken cancellationToken);

    /// <summary>The head of each (namespace, shape) that has entries, cheaply however long the queue is.</summary>
    ValueTask<IReadOnlyList<QueueHead>> ListQueueHeadsAsync(CancellationToken cancellationToken);

    /// <summary>Entries of one namespace and shape: priority first, then oldest first.</summary>
    ValueTask<IReadOnlyList<QueueRow>> ListQueueAsync(
        string @namespace, string shape, int limit, CancellationToken cancellationToken);

    ValueTask<IReadOnlyList<LeaseRow>> ListLeasesAsync(string agent, CancellationToken cancellationToken);

    /// <summary>What the claim of that nonce leased and the agent still holds, in its order.</summary>
    async ValueTask<IReadOnlyList<LeaseRow>> ListClaimedAsync(
        string agent, ClaimNonce nonce, CancellationToken cancellationToken) =>
        [.. (await ListLeasesAsync(agent, cancellationToken)).Where(l => l.Nonce == nonce).OrderBy(l => l.Ordinal)];

    ValueTask<LeaseRow?> GetLeaseAsync(string run, string step, CancellationToken cancellationToken);

    /// <summary>Leases that ended before <paramref name="now"/>, earliest first.</summary>
    ValueTask<IReadOnlyList<LeaseRow>> ListExpiredLeasesAsync(
        DateTimeOffset now, int limit, CancellationToken cancellationToken);

    /// <summary>How many leases each namespace has; namespaces without any are left out.</summary>
    ValueTask<IReadOnlyDictionary<string, int>> CountLeasesAsync(CancellationToken cancellationToken);

    /// <summary>Prolongs those of the leases that are still this agent's; one answer per fence, in order.</summary>
    ValueTask<IReadOnlyList<bool>> RenewLeasesAsync(
        string agent, IReadOnlyList<AttemptFence> fences, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Gives every lease at least until then: a starting controller's fresh term.</summary>
    ValueTask ExtendAllLeasesAsync(DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Events after the sequence, in order; <paramref name="subject"/> narrows them to one run.</summary>
    ValueTask<IReadOnlyList<EventRow>> ReadEventsAsync(
        long after, string? subject, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Events after the one sequence and through the other, in order; a store that several controllers share may leave
    /// out those that this one wrote.
    /// </summary>
    async ValueTask<IReadOnlyList<EventRow>> ReadNewsAsync(
        long after, long through, int limit, CancellationToken cancellationToken) =>
        [
            .. (await ReadEventsAsync(after, null, limit, cancellationToken)).TakeWhile(row => row.Sequence <= through),
        ];

    /// <summary>The newest event's sequence; 0 when there is none.</summary>
    ValueTask<long> LastEventAsync(CancellationToken cancellationToken);

    ValueTask<NodeRow?> GetNodeAsync(string id, CancellationToken cancellationToken);

    /// <summary>Nodes in the order of their ids.</summary>
    ValueTask<IReadOnlyList<NodeRow>> ListNodesAsync(NodeQuery query, CancellationToken cancellationToken);

    /// <summary>How many a query without a limit would list.</summary>
    ValueTask<long> CountNodesAsync(NodeQuery query, CancellationToken cancellationToken);
}

/// <summary>The store did not answer; the effect of a write is unknown.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
