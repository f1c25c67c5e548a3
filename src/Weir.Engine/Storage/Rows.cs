using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;

namespace Weir.Engine.Storage;

public readonly record struct StepKey(string Run, string Step);

public readonly record struct LeaseKey(string Run, string Step, long Lease);

/// <summary>A lease that ended before an instant.</summary>
public readonly record struct LeaseEnd(LeaseKey Key, DateTimeOffset Before);

/// <summary>A run. <paramref name="Json"/> holds what no query asks for (see Running.RunCodec).</summary>
public sealed record RunRow(string Id, string Namespace, string Flow, string Json)
{
    /// <summary>Counted per namespace and flow, from 1; given by the store at insertion.</summary>
    public long Number { get; init; }
    public int? Revision { get; init; }
    public required RunStatus Status { get; init; }
    public ReasonCode Reason { get; init; }
    public required string PlanDigest { get; init; }
    public required long Version { get; init; }
    public required DateTimeOffset Created { get; init; }
    public DateTimeOffset? Started { get; init; }
    public DateTimeOffset? Ended { get; init; }

    /// <summary>When the timer loop must look at it again; never null before the end.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>How often it was taken up again after its end.</summary>
    public int Round { get; init; }
}

/// <summary>
/// Stores the row at <paramref name="ExpectedVersion"/> + 1, whatever version the row says. Namespace, flow, number and
/// creation stay as they were inserted. A row that is not final and has no due, or whose status
/// would go back within its round, is an <see cref="InvalidOperationException"/>.
/// </summary>
public sealed record RunWrite(RunRow Row, long ExpectedVersion);

public sealed record RunDeletion(string Run, long ExpectedVersion);

public sealed record StepRow(string Run, int Index, string Name, RunStatus Status, string Json);

public sealed record RunRows(RunRow Run, IReadOnlyList<StepRow> Steps);

public sealed record PlanRow(string Digest, string Json);

/// <summary>A step that waits for an agent.</summary>
/// <param name="Shape">What an agent must offer, as canonical text (see Scheduling.Shape).</param>
public sealed record QueueRow(string Run, string Step, string Namespace, string Shape)
{
    /// <summary>Larger goes first within the namespace.</summary>
    public int Priority { get; init; }
    public required DateTimeOffset Enqueued { get; init; }
}

/// <summary>One (namespace, shape) of the queue with its first entry.</summary>
public sealed record QueueHead(string Namespace, string Shape, int Priority, DateTimeOffset Enqueued);

/// <summary>An agent's right to an attempt.</summary>
public sealed record LeaseRow(AttemptFence Fence, string Agent, string Namespace)
{
    public required ClaimNonce Nonce { get; init; }

    /// <summary>Place among the attempts of its claim, from 0.</summary>
    public int Ordinal { get; init; }
    public required DateTimeOffset Until { get; init; }

    /// <summary>
    /// <see cref="Until"/> of a lease that ended while its agent may still work: the run's deadline watches over it.
    /// </summary>
    public static DateTimeOffset Parked { get; } = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public LeaseKey Key => new(Fence.Run, Fence.Step, Fence.Lease);
}

/// <summary>A change, numbered in commit order.</summary>
/// <param name="Sequence">Given by the store; 0 before.</param>
/// <param name="Type"><c>run.started</c>, <c>step.finished</c> …</param>
/// <param name="Subject">The run, flow or agent it is about.</param>
public sealed record EventRow(
    long Sequence, DateTimeOffset Time, string Type, string Namespace, string Subject, string Json);

/// <param name="ContentHash">SHA-256 of what was asked, so that another content under the same key is told
/// apart.</param>
public sealed record IdempotencyRow(
    string Namespace, string Key, string ContentHash, string Run, DateTimeOffset Created);

public sealed record RunQuery
{
    /// <summary>Null = all (callers filter by what the token may view).</summary>
    public string? Namespace { get; init; }
    public string? Flow { get; init; }
    public IReadOnlyList<RunStatus> Statuses { get; init; } = [];

    /// <summary>Only runs older than this id (ids rise with time): the cursor.</summary>
    public string? Before { get; init; }
    public DateTimeOffset? CreatedSince { get; init; }
    public int Limit { get; init; } = 50;
}
