using Weir.Contracts.Statuses;
using Weir.Engine.Planning;

namespace Weir.Engine.Running;

/// <summary>Every state that is not final has a deadline: here is what happens when it comes.</summary>
internal static class Deadlines
{
    public static EventVerdict Look(RunEdit edit)
    {
        if (edit.Run.Status.IsFinal()) return EventVerdict.Refused;
        var changed = LookAtRun(edit);
        for (var i = 0; i < edit.Count; i++) changed |= LookAtStep(edit, i);
        return changed ? EventVerdict.Accepted : EventVerdict.Repeated;
    }

    /// <summary>The earliest deadline of the run and its steps.</summary>
    public static DateTimeOffset? Next(RunState run, RunTiming timing)
    {
        if (run.Status.IsFinal()) return null;
        var next = run.Stop is { } stop ? stop.At + timing.StoppedRunGrace : EndOf(run);
        for (var i = 0; i < run.Steps.Length; i++)
        {
            if (Next(run.Plan, run.Plan.Steps[i], run.Steps[i], timing) is { } due && due < next) next = due;
        }

        return next;
    }

    /// <summary>A run waits for its group as a step waits for an agent; its own time begins after that.</summary>
    private static DateTimeOffset EndOf(RunState run) => run.WaitsForGroup
        ? run.Created + run.Plan.QueueTimeout
        : (run.Admitted ?? run.Created) + run.Plan.Timeout;

    private static DateTimeOffset? Next(Plan plan, PlanStep step, StepState state, RunTiming timing) =>
        state.Phase switch
    {
        StepPhase.Backoff => state.NotBefore,
        StepPhase.Queued => state.Queued + plan.QueueTimeout,
        StepPhase.Asking => state.Approval!.Asked + step.Approval!.Deadline,
        StepPhase.Unreachable => state.Current!.RescueAt,
        StepPhase.Leased => LeasedUntil(step, state.Current!, timing),
        _ => null,
    };

    /// <summary>The agent ends its attempts itself; this is for one that is there but does not.</summary>
    private static DateTimeOffset LeasedUntil(PlanStep plan, AttemptState attempt, RunTiming timing)
    {
        var slack = plan.KillGrace + timing.StopMargin;
        var byTimeout = attempt.Claimed + plan.Timeout + slack;
        var byStop = attempt.StopAsked + slack;
        return byStop < byTimeout ? byStop.Value : byTimeout;
    }

    private static bool LookAtRun(RunEdit edit)
    {
        if (edit.Run.Stop is { } stop)
        {
            if (edit.Now < stop.At + edit.Timing.StoppedRunGrace) return false;
            Stopping.EndAll(edit, "the run's time was over");
            return true;
        }

        if (edit.Now < EndOf(edit.Run)) return false;
        Stopping.Begin(edit, edit.Run.WaitsForGroup ? ReasonCode.QueueTimeout : ReasonCode.Timeout, "");
        return true;
    }

    private static bool LookAtStep(RunEdit edit, int step)
    {
        var state = edit[step];
        var due = Next(edit.Graph.Plan, edit.PlanOf(step), state, edit.Timing);
        if (due is null || edit.Now < due) return false;
        switch (state.Phase)
        {
            case StepPhase.Backoff:
                Advance.Queue(edit, step);
                return true;
            case StepPhase.Queued:
                edit.End(
                    step, RunStatus.Failed, ReasonCode.QueueTimeout,
                    $"no agent took it in {edit.Graph.Plan.QueueTimeout.TotalSeconds:0} s: {state.Waiting}");
                return true;
            case StepPhase.Asking:
                Approvals.Expire(edit, step);
                return true;
            case StepPhase.Unreachable:
                AttemptEnding.Apply(
                    edit, step, RunStatus.Failed, ReasonCode.Infrastructure, $"agent {state.Current!.Agent} was lost",
                    null);
                return true;
            default:
                EndOverdue(edit, step);
                return true;
        }
    }

    private static void EndOverdue(RunEdit edit, int step)
    {
        var agent = edit[step].Current!.Agent;
        var (status, reason) = edit[step].Current!.StopAsked is null
            ? (RunStatus.Failed, ReasonCode.Timeout)
            : (RunStatus.Cancelled, ReasonCode.Cancelled);
        AttemptEnding.Apply(edit, step, status, reason, $"agent {agent} did not end it in time", null);
    }
}
