using System.Collections.Immutable;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;

namespace Weir.Engine.Running;

/// <summary>What can happen to a run.</summary>
public abstract record RunEvent
{
    private RunEvent()
    {
    }

    /// <summary>An agent takes a queued step.</summary>
    public sealed record Claimed(string Step, string Agent, ClaimNonce Nonce, int Ordinal) : RunEvent;

    /// <summary>The agent has begun, or a command started or ended.</summary>
    /// <param name="Agent">Who says so: counts only if it holds the attempt.</param>
    public sealed record Progressed(
        AttemptFence Fence, string Agent, string? Runtime, ImmutableArray<CommandRecord> Commands) : RunEvent
    {
        public string? Image { get; init; }

        /// <summary>What it still waits for at its agent; null once it has begun.</summary>
        public string? Preparing { get; init; }
    }

    /// <param name="Agent">Who says so: counts only if it holds the attempt.</param>
    public sealed record Finished(AttemptFence Fence, string Agent, AttemptOutcome Outcome) : RunEvent;

    /// <summary>A secret that the step states cannot be had: the attempt is not handed out.</summary>
    public sealed record Withheld(AttemptFence Fence, string Why) : RunEvent;

    /// <summary>What is secret in the attempt, sealed; replaces what was kept before.</summary>
    public sealed record SecretsKept(AttemptFence Fence, string Sealed) : RunEvent;

    /// <summary>The lease ended without a renewal.</summary>
    /// <param name="Before">The lease must have ended before that instant, still when this is stored.</param>
    public sealed record LeaseEnded(AttemptFence Fence, DateTimeOffset Before) : RunEvent;

    /// <summary>The agent was shut out: it may not come back to the attempt.</summary>
    public sealed record AgentRevoked(AttemptFence Fence) : RunEvent;

    /// <summary>The agent renewed a lease that had ended.</summary>
    public sealed record Returned(AttemptFence Fence) : RunEvent;

    /// <summary>The agent is there and does not hold the attempt.</summary>
    public sealed record NotHeld(AttemptFence Fence) : RunEvent;

    /// <summary>Someone who may has approved or rejected a step.</summary>
    public sealed record Decided(string Step, bool Approved, string By, string? Comment) : RunEvent;

    public sealed record CancelAsked(string By) : RunEvent
    {
        /// <summary><see cref="ReasonCode.Superseded"/> when it makes way for a newer run.</summary>
        public ReasonCode Reason { get; init; } = ReasonCode.Cancelled;
    }

    /// <summary>Its group lets it begin.</summary>
    public sealed record Admitted : RunEvent;

    /// <summary>Time has passed: deadlines are looked at.</summary>
    public sealed record Ticked : RunEvent;
}

/// <summary>How an event was taken.</summary>
public enum EventVerdict
{
    Accepted,

    /// <summary>The same as before: nothing changed, and the answer is that of the first time.</summary>
    Repeated,

    /// <summary>Not of this attempt's holder, or too late; nothing changed.</summary>
    Refused,
}

public sealed record Transition(RunState State, EventVerdict Verdict);
