using Weir.Contracts.Flows;
using Weir.Contracts.Runs;

namespace Weir.Controller.Ui.Overview;

/// <summary>All that the overview shows.</summary>
public sealed record OverviewView
{
    public required IReadOnlyList<RunView> Open { get; init; }

    /// <summary>Not all open runs are shown.</summary>
    public required bool MoreOpen { get; init; }
    public required IReadOnlyList<WaitingStep> Waiting { get; init; }

    /// <summary>The newest of those that failed.</summary>
    public required IReadOnlyList<RunView> Failed { get; init; }
    public required IReadOnlyList<FlowLine> Flows { get; init; }
    public required AgentCount Agents { get; init; }
}

/// <summary>A step that no agent takes, and why.</summary>
public sealed record WaitingStep(RunView Run, StepExplanation Step);

/// <summary>A flow with its newest runs, newest first.</summary>
public sealed record FlowLine(FlowView Flow, IReadOnlyList<RunView> Recent);

public sealed record AgentCount(int Online, int All, int Busy, int Slots);
