using Weir.Contracts.Problems;
using Weir.Contracts.Runs;

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

/// <summary>What became of a request to take a run up again.</summary>
public abstract record RetryOutcome
{
    private RetryOutcome()
    {
    }

    public sealed record Retried(RunView Run) : RetryOutcome;

    public sealed record Refused(RetryRefusal Why) : RetryOutcome;

    public sealed record Invalid(IReadOnlyList<Problem> Problems) : RetryOutcome;

    /// <summary>The run's flow is not stored, or not any more.</summary>
    public sealed record FlowNotFound(string Flow) : RetryOutcome;

    public sealed record NotFound : RetryOutcome;
}

/// <summary>What became of a request to cancel a run.</summary>
public enum CancelOutcome
{
    /// <summary>Asked; <c>always()</c> steps may still run.</summary>
    Requested,
    AlreadyFinished,
    NotFound,
}

public enum DeleteRunOutcome
{
    Deleted,

    /// <summary>Cancel it first.</summary>
    StillActive,
    NotFound,
}
