using Weir.Contracts.Problems;
using Weir.Contracts.Runs;
using Weir.Contracts.Tokens;

namespace Weir.Engine.Running;

/// <summary>What became of a request to start a run.</summary>
public abstract record StartRunOutcome
{
    private StartRunOutcome()
    {
    }

    public sealed record Started(RunView Run, IReadOnlyList<Problem> Warnings) : StartRunOutcome;

    /// <summary>The idempotency key had started it before, with the same content.</summary>
    public sealed record Existing(RunView Run) : StartRunOutcome;

    public sealed record Invalid(IReadOnlyList<Problem> Problems) : StartRunOutcome;

    public sealed record FlowNotFound(string Flow) : StartRunOutcome;

    /// <summary>The key was used for something else.</summary>
    public sealed record IdempotencyMismatch(string Key) : StartRunOutcome;
}

/// <summary>What became of a request to cancel a run.</summary>
public enum CancelOutcome
{
    /// <summary>Asked; <c>always()</c> steps may still run.</summary>
    Requested,
    AlreadyFinished,
    NotFound,
}

/// <summary>What became of an approval or a rejection.</summary>
public abstract record DecideOutcome
{
    private DecideOutcome()
    {
    }

    public sealed record Decided(RunView Run) : DecideOutcome;

    public sealed record RunNotFound : DecideOutcome;

    public sealed record StepNotFound(string Handle) : DecideOutcome;

    /// <summary>The step does not wait for a decision: not yet, no more, or never.</summary>
    public sealed record NotAsked(string Why) : DecideOutcome;

    /// <param name="Who">Those who may.</param>
    public sealed record NotAllowed(string Who) : DecideOutcome;
}

/// <summary>Someone's decision about a step that asks for it.</summary>
public sealed record StepDecision(string Step, bool Approved, string By, TokenRole Role)
{
    public const int LongestComment = 1_000;

    public string? Comment { get; init; }
}

public enum DeleteRunOutcome
{
    Deleted,

    /// <summary>Cancel it first.</summary>
    StillActive,
    NotFound,
}
