using System.Text.Json.Serialization;
using Weir.Contracts.Json;

namespace Weir.Contracts.AgentProtocol;

/// <summary>
/// Prolongs the leases that the agent holds. A lease of this agent that is not listed, and whose claim the agent says
/// was answered, is not held by anyone: it is freed. A claim still under way keeps its leases, however late this
/// request is.
/// </summary>
/// <param name="AnsweredThrough">The newest claim whose answer the agent has taken in.</param>
/// <param name="Held">All attempts the agent holds.</param>
public sealed record RenewRequest(ClaimNonce AnsweredThrough, IReadOnlyList<AttemptFence> Held)
{
    /// <summary>Why the agent takes nothing new for now, for people; null when it does.</summary>
    public string? Paused { get; init; }
}

/// <summary>One answer per held attempt, in the order asked.</summary>
public sealed record RenewResponse(IReadOnlyList<LeaseAnswer> Answers)
{
    public bool Drain { get; init; }

    /// <summary>How often the controller wants to hear of the agent; 0 = as the agent thinks best.</summary>
    public int RenewMilliseconds { get; init; }
}

public sealed record LeaseAnswer(AttemptFence Fence, LeaseVerdict Verdict);

[JsonConverter(typeof(SnakeCaseEnumConverter<LeaseVerdict>))]
public enum LeaseVerdict
{
    /// <summary>Still yours, for another term.</summary>
    Held,

    /// <summary>Yours, but the run was cancelled or its time is over: stop it and finish it as cancelled.</summary>
    Stop,

    /// <summary>Not yours any more: kill it, report nothing.</summary>
    Lost,
}
