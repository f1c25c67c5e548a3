namespace Weir.Engine.Storage;

/// <summary>
/// All writes of one decision, and what must still be true for it to hold. A store applies all of it or nothing, in one
/// durable transaction; several commits may share a transaction, each standing or falling by itself. Conditions are
/// checked in the order of the members below; the first that does not hold is named in <see
/// cref="CommitOutcome.Conflict"/>.
/// </summary>
public sealed record Commit
{
    /// <summary>Each must be at that version still; it is not written.</summary>
    public IReadOnlyList<DocumentGuard> Unchanged { get; init; } = [];

    /// <summary>Each holds only at its expected version.</summary>
    public IReadOnlyList<DocumentWrite> Documents { get; init; } = [];

    /// <summary>Must not exist yet.</summary>
    public IdempotencyRow? Idempotency { get; init; }

    /// <summary>
    /// Inserted (expected version 0; the store gives the number) or replaced at its expected version.
    /// </summary>
    public RunWrite? Run { get; init; }

    /// <summary>Removes the run at its expected version with its steps, queue entries and leases.</summary>
    public RunDeletion? DeleteRun { get; init; }

    /// <summary>Stored unless a plan of that digest is already there.</summary>
    public PlanRow? Plan { get; init; }

    /// <summary>Inserted or replaced; guarded by <see cref="Run"/>'s version.</summary>
    public IReadOnlyList<StepRow> Steps { get; init; } = [];

    /// <summary>Each must be there.</summary>
    public IReadOnlyList<StepKey> Dequeue { get; init; } = [];

    /// <summary>Each must not be there, or be among <see cref="Dequeue"/>.</summary>
    public IReadOnlyList<QueueRow> Enqueue { get; init; } = [];

    /// <summary>Each must have ended: nobody renewed it meanwhile.</summary>
    public IReadOnlyList<LeaseEnd> Ended { get; init; } = [];

    /// <summary>Each must be there, with that lease number.</summary>
    public IReadOnlyList<LeaseKey> Unlease { get; init; } = [];

    /// <summary>
    /// Each (agent, nonce, ordinal) must be new, and the step not leased; what <see cref="Unlease"/> frees does not
    /// count.
    /// </summary>
    public IReadOnlyList<LeaseRow> Lease { get; init; } = [];

    /// <summary>Added; one whose id is there already is passed over, as it is the same.</summary>
    public IReadOnlyList<NodeRow> Nodes { get; init; } = [];

    /// <summary>Numbered by the store in commit order.</summary>
    public IReadOnlyList<EventRow> Events { get; init; } = [];
}

/// <summary>What became of a commit.</summary>
public abstract record CommitOutcome
{
    private CommitOutcome()
    {
    }

    /// <summary>
    /// Durable. <paramref name="RunNumber"/>: the run's number; <paramref name="LastEvent"/>: 0 without events.
    /// </summary>
    public sealed record Committed(long RunNumber, long LastEvent) : CommitOutcome;

    /// <summary>Nothing was written.</summary>
    public sealed record Conflict(ConflictKind Kind, string What) : CommitOutcome;
}

public enum ConflictKind
{
    DocumentVersion,
    Idempotency,
    RunVersion,
    QueueEntry,
    Lease,
    ClaimNonce,
    LeaseNotEnded,
}
