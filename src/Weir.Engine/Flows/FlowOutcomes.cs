using Weir.Contracts.Flows;
using Weir.Contracts.Problems;

namespace Weir.Engine.Flows;

/// <summary>What became of a request to create a revision.</summary>
public abstract record CreateFlowOutcome
{
    private CreateFlowOutcome()
    {
    }

    /// <param name="Changed">False when the newest revision was equal, or nothing was to be stored.</param>
    public sealed record Accepted(FlowView Flow, bool Changed, IReadOnlyList<Problem> Warnings) : CreateFlowOutcome;

    public sealed record Invalid(IReadOnlyList<Problem> Problems) : CreateFlowOutcome;

    /// <summary>The newest revision is not the one the caller expected.</summary>
    public sealed record Conflict(int Newest) : CreateFlowOutcome;
}

/// <summary>Part of a list; <paramref name="Next"/>: ask for what comes after it, null at the end.</summary>
public sealed record FlowPage(IReadOnlyList<FlowView> Flows, string? Next);
