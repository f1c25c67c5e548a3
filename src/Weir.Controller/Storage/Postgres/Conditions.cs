using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Postgres;

/// <summary>What stands against a commit, judged by the rows that are locked. Pure.</summary>
internal static class Conditions
{
    public static CommitOutcome.Conflict? Find(Commit commit, StoredRows stored)
    {
        foreach (var guard in commit.Unchanged)
        {
            if (stored.VersionOf(guard.Key) != guard.Version)
                return new CommitOutcome.Conflict(ConflictKind.DocumentVersion, guard.Key);
        }

        foreach (var write in commit.Documents)
        {
            if (stored.VersionOf(write.Key) != write.ExpectedVersion)
                return new CommitOutcome.Conflict(ConflictKind.DocumentVersion, write.Key);
        }

        if (commit.Idempotency is { } key && stored.Has(key))
            return new CommitOutcome.Conflict(ConflictKind.Idempotency, key.Key);
        if (commit.Run is { } run && stored.Run(run.Row.Id).Version != run.ExpectedVersion)
            return new CommitOutcome.Conflict(ConflictKind.RunVersion, run.Row.Id);
        if (commit.DeleteRun is { } deletion && stored.Run(deletion.Run).Version != deletion.ExpectedVersion)
            return new CommitOutcome.Conflict(ConflictKind.RunVersion, deletion.Run);
        return OfQueue(commit, stored) ?? OfLeases(commit, stored);
    }

    /// <summary>Throws when the commit is against the rules whatever is stored.</summary>
    public static void Require(Commit commit)
    {
        if (commit.Enqueue.Count > 1
            && commit.Enqueue.DistinctBy(row => (row.Run, row.Step)).Count() < commit.Enqueue.Count)
            throw new InvalidOperationException("a step is enqueued twice in one commit");
        if (commit.Lease.Count > 1
            && (commit.Lease.DistinctBy(row => (row.Fence.Run, row.Fence.Step)).Count() < commit.Lease.Count
                || commit.Lease.DistinctBy(row => (row.Agent, row.Nonce, row.Ordinal)).Count() < commit.Lease.Count))
            throw new InvalidOperationException("a step or an ordinal of a claim is leased twice in one commit");
    }

    private static CommitOutcome.Conflict? OfQueue(Commit commit, StoredRows stored)
    {
        foreach (var key in commit.Dequeue)
        {
            if (!stored.IsQueued(key)) return Conflict(key);
        }

        foreach (var row in commit.Enqueue)
        {
            var key = new StepKey(row.Run, row.Step);
            if (stored.IsQueued(key) && !commit.Dequeue.Contains(key)) return Conflict(key);
        }

        return null;
    }

    private static CommitOutcome.Conflict? OfLeases(Commit commit, StoredRows stored)
    {
        foreach (var end in commit.Ended)
        {
            if (!stored.HasEnded(end))
                return new CommitOutcome.Conflict(
                    ConflictKind.LeaseNotEnded, $"{end.Key.Run}/{end.Key.Step}@{end.Key.Lease}");
        }

        foreach (var key in commit.Unlease)
        {
            if (stored.LeaseOf(new StepKey(key.Run, key.Step)) != key.Lease)
                return new CommitOutcome.Conflict(ConflictKind.Lease, $"{key.Run}/{key.Step}@{key.Lease}");
        }

        foreach (var row in commit.Lease)
        {
            if (stored.ClaimedAs(row) is { } claimed && !commit.Unlease.Contains(claimed))
                return new CommitOutcome.Conflict(ConflictKind.ClaimNonce, row.Fence.ToString());
            if (stored.LeaseOf(new StepKey(row.Fence.Run, row.Fence.Step)) is { } held
                && !commit.Unlease.Contains(row.Key with { Lease = held }))
                return new CommitOutcome.Conflict(ConflictKind.Lease, row.Fence.ToString());
        }

        return null;
    }

    private static CommitOutcome.Conflict Conflict(StepKey key) =>
        new(ConflictKind.QueueEntry, $"{key.Run}/{key.Step}");
}
