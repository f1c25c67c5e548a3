using Weir.Contracts.Agents;
using Weir.Contracts.Problems;

namespace Weir.Engine.Agents;

/// <summary>What became of a request to enrol.</summary>
public abstract record EnrolOutcome
{
    private EnrolOutcome()
    {
    }

    /// <summary>Now, or before with the same key.</summary>
    public sealed record Enrolled(string Agent, AgentState State) : EnrolOutcome;

    public sealed record Invalid(IReadOnlyList<Problem> Problems) : EnrolOutcome;

    /// <summary>The join token was not accepted.</summary>
    public sealed record TokenRefused(string Code, string Why) : EnrolOutcome;

    /// <summary>Too many agents wait for approval, or there are too many at all.</summary>
    public sealed record TooMany(int Limit) : EnrolOutcome;
}

/// <summary>What became of an admin's change to an agent.</summary>
public abstract record AgentChangeOutcome
{
    private AgentChangeOutcome()
    {
    }

    public sealed record Changed(AgentEntry Agent) : AgentChangeOutcome;

    public sealed record NotFound : AgentChangeOutcome;

    /// <summary>An agent in that state cannot be changed so.</summary>
    public sealed record Refused(AgentState State, string Why) : AgentChangeOutcome;

    public sealed record Invalid(IReadOnlyList<Problem> Problems) : AgentChangeOutcome;
}
