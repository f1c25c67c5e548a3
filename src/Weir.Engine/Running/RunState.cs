using System.Collections.Immutable;
using System.Text.Json;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Engine.Planning;

namespace Weir.Engine.Running;

/// <summary>A run as it stands: stored with a version, changed only by <see cref="RunMachine"/>.</summary>
public sealed record RunState
{
    public required string Id { get; init; }
    public required string Namespace { get; init; }
    public required string PlanDigest { get; init; }
    public required PlanGraph Graph { get; init; }
    public required RunInputs Inputs { get; init; }

    /// <summary>Given by the store when the run is inserted; 0 before.</summary>
    public long Number { get; init; }
    public RunStatus Status { get; init; }
    public ReasonCode Reason { get; init; }
    public string? Message { get; init; }
    public required DateTimeOffset Created { get; init; }
    public DateTimeOffset? Started { get; init; }
    public DateTimeOffset? Ended { get; init; }

    /// <summary>
    /// Set once when someone cancelled it or its time was over; what was not begun then is not begun.
    /// </summary>
    public RunStop? Stop { get; init; }

    /// <summary>The concurrency group it is in, resolved; null = none.</summary>
    public string? Group { get; init; }

    /// <summary>True until its group lets it begin: no step of it is decided before.</summary>
    public bool WaitsForGroup { get; init; }

    /// <summary>When its group let it begin, if it had to wait.</summary>
    public DateTimeOffset? Admitted { get; init; }

    /// <summary>The newest lease's number; counts up within the run.</summary>
    public long LastLease { get; init; }
    public required ImmutableArray<StepState> Steps { get; init; }

    /// <summary>The version this state was read at; 0 = not stored yet.</summary>
    public long Version { get; init; }

    public Plan Plan => Graph.Plan;
    public string Flow => Graph.Plan.Flow;
    public string Handle => $"{Flow}#{Number}";

    public int LossCount => Steps.Sum(s => s.Losses);
}

/// <summary>What a run was started with.</summary>
public sealed record RunInputs
{
    public int? Revision { get; init; }
    public string Trigger { get; init; } = "manual";
    public string StartedBy { get; init; } = "";

    /// <summary>
    /// True when whoever set it off may not be trusted with secrets, as someone who proposes a change to a repository.
    /// </summary>
    public bool Untrusted { get; init; }
    public int Priority { get; init; }
    public ImmutableSortedDictionary<string, JsonElement> Params { get; init; } =
        ImmutableSortedDictionary<string, JsonElement>.Empty;
    public ImmutableSortedDictionary<string, JsonElement> TriggerData { get; init; } =
        ImmutableSortedDictionary<string, JsonElement>.Empty;
}

/// <param name="Reason">
/// <see cref="ReasonCode.Cancelled"/>, <see cref="ReasonCode.Superseded"/>, <see cref="ReasonCode.QueueTimeout"/> or
/// <see cref="ReasonCode.Timeout"/>.
/// </param>
/// <param name="By">Who asked; empty for a deadline.</param>
public sealed record RunStop(ReasonCode Reason, string By, DateTimeOffset At);

/// <summary>Finer than a status: what a step waits for.</summary>
public enum StepPhase
{
    /// <summary>Until the steps it needs are over.</summary>
    Blocked,

    /// <summary>Until an agent claims it.</summary>
    Queued,

    /// <summary>Until <see cref="StepState.NotBefore"/>, then queued again.</summary>
    Backoff,

    /// <summary>An agent holds its attempt.</summary>
    Leased,

    /// <summary>Until someone approves or rejects it.</summary>
    Asking,

    /// <summary>
    /// The lease has ended unrenewed; the agent may still work on until <see cref="AttemptState.RescueAt"/>.
    /// </summary>
    Unreachable,
    Done,
}

public sealed record StepState
{
    public required string Name { get; init; }
    public StepPhase Phase { get; init; }

    /// <summary>
    /// Moves forward only: once an attempt was claimed it is <c>running</c>, also while it waits for another one.
    /// </summary>
    public RunStatus Status { get; init; }
    public ReasonCode Reason { get; init; }
    public string? Message { get; init; }

    /// <summary>Why it is not running, as it was decided; null while it runs and once it is over.</summary>
    public string? Waiting { get; init; }

    /// <summary>Since when it waits for an agent.</summary>
    public DateTimeOffset? Queued { get; init; }
    public DateTimeOffset? NotBefore { get; init; }
    public DateTimeOffset? Started { get; init; }
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Attempts that failed by their own fault.</summary>
    public int Failures { get; init; }

    /// <summary>Attempts lost to infrastructure.</summary>
    public int Losses { get; init; }
    public int? ExitCode { get; init; }
    public ImmutableSortedDictionary<string, string> Outputs { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableArray<ArtifactRecord> Artifacts { get; init; } = [];

    /// <summary>What the tests of its last attempt came to.</summary>
    public TestReport? Tests { get; init; }

    /// <summary>The blob that holds the workspace it left, when it was uploaded.</summary>
    public string? WorkspaceDigest { get; init; }
    public ImmutableArray<AttemptState> Attempts { get; init; } = [];

    /// <summary>Of a step that asks people, once it has asked.</summary>
    public ApprovalState? Approval { get; init; }

    public AttemptState? Current => Attempts.IsEmpty ? null : Attempts[^1];
    public bool IsOver => Phase == StepPhase.Done;
    public bool IsHeld => Phase is StepPhase.Leased or StepPhase.Unreachable;
}

/// <param name="Asked">Since when it waits.</param>
public sealed record ApprovalState(DateTimeOffset Asked)
{
    /// <summary>What is asked, with its expressions resolved.</summary>
    public string? Message { get; init; }
    public ApprovalDecision? Decision { get; init; }
}

public sealed record ApprovalDecision(bool Approved, string By, DateTimeOffset At)
{
    public string? Comment { get; init; }
}

public sealed record AttemptState
{
    public required int Number { get; init; }
    public required long Lease { get; init; }
    public required string Agent { get; init; }
    public required ClaimNonce Nonce { get; init; }
    public int Ordinal { get; init; }
    public RunStatus Status { get; init; } = RunStatus.Running;
    public ReasonCode Reason { get; init; }
    public string? Message { get; init; }
    public string? Runtime { get; init; }
    public string? Image { get; init; }

    /// <summary>What it waits for at its agent, in words, before it begins.</summary>
    public string? Preparing { get; init; }
    public int? ExitCode { get; init; }
    public required DateTimeOffset Claimed { get; init; }

    /// <summary>When its agent said that it had begun.</summary>
    public DateTimeOffset? Started { get; init; }
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Set when it should end early; its agent is told until it does.</summary>
    public DateTimeOffset? StopAsked { get; init; }

    /// <summary>After this it is taken for lost; set when its lease ended.</summary>
    public DateTimeOffset? RescueAt { get; init; }

    /// <summary>
    /// True when its own agent's outcome was accepted: a repetition of that outcome is answered as the first.
    /// </summary>
    public bool Reported { get; init; }
    public ImmutableArray<CommandRecord> Commands { get; init; } = [];

    /// <summary>What is secret in it, sealed with a master key, while it is held; null when nothing is.</summary>
    public string? Sealed { get; init; }
}
