using Weir.Contracts.Statuses;
using Weir.Engine.Expressions;
using Weir.Engine.Scheduling;

namespace Weir.Engine.Running;

/// <summary>Decides every step whose needs are over, and the run when all steps are.</summary>
internal static class Advance
{
    public static void All(RunEdit edit)
    {
        if (edit.Run.Status.IsFinal() || edit.Run.WaitsForGroup) return;
        // Needs point backwards or are checked again: a skip may free later steps, and those others, so go on until
        // nothing moves.
        for (var moved = true; moved;)
        {
            moved = Matrices.StopAfterFailure(edit);
            var firstOpen = FirstOpen(edit);
            for (var i = firstOpen; i < edit.Count; i++)
            {
                if (edit[i].Phase != StepPhase.Blocked) continue;
                if (OpenNeed(edit, i, firstOpen) is { } open) Wait(edit, i, $"waiting for step {edit[open].Name}");
                else if (Matrices.TurnOf(edit, i) is { } turn) Wait(edit, i, turn);
                else moved |= Decide(edit, i);
                if (moved && i == firstOpen) firstOpen = FirstOpen(edit);
            }
        }

        if (FirstOpen(edit) == edit.Count) EndRun(edit);
    }

    public static void Queue(RunEdit edit, int step)
    {
        var run = edit.Peek();
        if (WorkBuilder.Build(run, step) is { Work: null } refused)
        {
            edit.End(step, RunStatus.Failed, refused.Reason, refused.Message);
            return;
        }

        edit[step] = edit[step] with
        {
            Phase = StepPhase.Queued,
            Queued = edit.Now,
            NotBefore = null,
            Waiting = $"waiting for an agent that offers {Shape.Of(run, step).Describe()}",
        };
    }

    private static int FirstOpen(RunEdit edit)
    {
        var i = 0;
        while (i < edit.Count && edit[i].IsOver) i++;
        return i;
    }

    private static int? OpenNeed(RunEdit edit, int step, int firstOpen)
    {
        if (edit.Graph.NeedsOf(step) is not { } needs) return firstOpen < step ? firstOpen : null;
        foreach (var need in needs)
        {
            if (!edit[need].IsOver) return need;
        }

        return null;
    }

    private static void Wait(RunEdit edit, int step, string waiting)
    {
        if (edit[step].Waiting != waiting) edit[step] = edit[step] with { Waiting = waiting };
    }

    /// <returns>True when the step is over at once, so that others may move.</returns>
    private static bool Decide(RunEdit edit, int step)
    {
        var plan = edit.PlanOf(step);
        var scope = Scopes.For(edit.Peek(), step);
        var condition = Condition.Evaluate(plan.When, scope);
        if (condition.Error is { } error) edit.End(step, RunStatus.Failed, ReasonCode.Expression, $"when: {error}");
        else if (condition.Holds && plan.Approval is not null) Approvals.Ask(edit, step);
        else if (condition.Holds) Queue(edit, step);
        else if (edit.Run.Stop is { } stop)
            edit.End(step, RunStatus.Cancelled, stop.Reason, "the run was stopped before it");
        else if (string.IsNullOrWhiteSpace(plan.When))
            edit.End(step, RunStatus.Skipped, ReasonCode.Upstream, Scopes.Culprit(edit.Peek(), step));
        else edit.End(step, RunStatus.Skipped, ReasonCode.WhenFalse, $"`{plan.When}` was false");
        return edit[step].IsOver;
    }

    private static void EndRun(RunEdit edit)
    {
        var failed = -1;
        for (var i = edit.Count - 1; i >= 0; i--)
        {
            if (edit[i].Status == RunStatus.Failed && !edit.PlanOf(i).AllowFailure) failed = i;
        }

        var (status, reason, message) = (edit.Run.Stop, failed) switch
        {
            ({ Reason: ReasonCode.Timeout }, _) => (RunStatus.Failed, ReasonCode.Timeout, "the run's time was over"),
            ({ Reason: ReasonCode.QueueTimeout }, _) =>
                (RunStatus.Failed, ReasonCode.QueueTimeout, $"the concurrency group {edit.Run.Group} was busy too long"),
            ({ Reason: ReasonCode.Superseded }, _) =>
                (RunStatus.Cancelled, ReasonCode.Superseded, "a newer run of its group took its place"),
            ({ } stop, _) => (RunStatus.Cancelled, ReasonCode.Cancelled, $"cancelled by {stop.By}"),
            (null, >= 0) => (RunStatus.Failed, ReasonCode.StepFailed, $"step {edit[failed].Name} failed"),
            _ => (RunStatus.Success, ReasonCode.None, null),
        };
        edit.Run = edit.Run with { Status = status, Reason = reason, Message = message, Ended = edit.Now };
    }
}
