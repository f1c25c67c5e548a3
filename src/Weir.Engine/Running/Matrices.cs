using System.Collections.Frozen;
using Weir.Contracts.Statuses;
using Weir.Engine.Expressions;
using Weir.Engine.Planning;

namespace Weir.Engine.Running;

/// <summary>What the combinations of one step do to each other, and what they are together.</summary>
internal static class Matrices
{
    private static readonly RunStatus[] Strongest =
    [
        RunStatus.Running, RunStatus.Pending, RunStatus.Failed, RunStatus.Cancelled, RunStatus.Success,
        RunStatus.Skipped,
    ];

    /// <summary>
    /// Stops the other combinations of each that failed, where its flow wants that. Asked again it finds nothing to do.
    /// </summary>
    /// <returns>True when a step is over by it, so that others may move.</returns>
    public static bool StopAfterFailure(RunEdit edit)
    {
        var moved = false;
        foreach (var group in edit.Graph.Groups.Where(group => group.Rule.FailFast))
        {
            if (FailedOf(edit, group) is not { } failed || edit.PlanOf(failed).AllowFailure) continue;
            foreach (var cell in group.Cells) moved |= Stopping.StopStep(edit, cell, MessageFor(edit[failed].Name));
        }

        return moved;
    }

    /// <summary>Why a combination whose time has come must wait for another to end; null = it need not.</summary>
    public static string? TurnOf(RunEdit edit, int step)
    {
        if (edit.PlanOf(step).Matrix is not { MaxParallel: { } most } matrix) return null;
        var group = edit.Graph.Groups.First(g => g.Step == matrix.Step);
        var under = group.Cells.Count(i => edit[i].Phase is not (StepPhase.Blocked or StepPhase.Done));
        return under < most ? null : $"waiting for its turn: {most} of the {group.Cells.Length} combinations of {matrix.Step} at once";
    }

    /// <summary>
    /// Failed when any failed, else cancelled when any was, else success unless all were skipped; with the exit code of
    /// the first that failed, else of the first.
    /// </summary>
    public static StepFacts FactsOf(RunState run, MatrixGroup group)
    {
        var cells = group.Cells.Select(i => run.Steps[i]).ToList();
        var status = Strongest.First(candidate => cells.Exists(cell => cell.Status == candidate));
        var shown = cells.Find(cell => cell.Status == RunStatus.Failed) ?? cells[0];
        return new StepFacts(status, shown.ExitCode, FrozenDictionary<string, string>.Empty);
    }

    public static string WhyStopped(RunEdit edit, int step)
    {
        var group = edit.Graph.Groups.First(g => g.Cells.Contains(step));
        return FailedOf(edit, group) is { } failed ? MessageFor(edit[failed].Name) : "stopped";
    }

    private static int? FailedOf(RunEdit edit, MatrixGroup group)
    {
        foreach (var cell in group.Cells)
        {
            if (edit[cell].Status == RunStatus.Failed) return cell;
        }

        return null;
    }

    private static string MessageFor(string failed) => $"stopped because {failed} failed";
}
