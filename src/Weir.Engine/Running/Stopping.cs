using Weir.Contracts.Statuses;

namespace Weir.Engine.Running;

/// <summary>Cancel and the run's deadline: what runs is told to end, what waits is decided anew.</summary>
internal static class Stopping
{
    public static void Begin(RunEdit edit, ReasonCode reason, string by)
    {
        edit.Run = edit.Run with { Stop = new RunStop(reason, by, edit.Now) };
        if (edit.Run.WaitsForGroup)
        {
            // It has no right to run anything, not even what runs always.
            edit.Run = edit.Run with { WaitsForGroup = false };
            EndAll(edit, "stopped before its group let it begin");
            return;
        }

        for (var i = 0; i < edit.Count; i++)
        {
            switch (edit[i].Phase)
            {
                case StepPhase.Leased:
                    edit.Edit(i, a => a with { StopAsked = edit.Now });
                    break;
                case StepPhase.Unreachable:
                    EndUnreachable(edit, i);
                    break;
                case StepPhase.Queued:
                case StepPhase.Backoff:
                    edit.End(i, RunStatus.Cancelled, reason, "stopped before it could run");
                    break;
                case StepPhase.Asking:
                    edit.End(i, RunStatus.Cancelled, reason, "stopped before anyone decided");
                    break;
                case StepPhase.Blocked:
                case StepPhase.Done:
                default:
                    break;
            }
        }
    }

    /// <summary>Ends one step of a run that goes on, or tells its agent to.</summary>
    /// <returns>True when it is over at once.</returns>
    public static bool StopStep(RunEdit edit, int step, string why)
    {
        switch (edit[step].Phase)
        {
            case StepPhase.Done:
            case StepPhase.Leased when edit[step].Current!.StopAsked is not null:
                return false;
            case StepPhase.Leased:
                edit.Edit(step, a => a with { StopAsked = edit.Now });
                return false;
            case StepPhase.Unreachable:
                EndUnreachable(edit, step);
                return true;
            case StepPhase.Blocked:
            case StepPhase.Queued:
            case StepPhase.Backoff:
            case StepPhase.Asking:
            default:
                edit.End(step, RunStatus.Cancelled, ReasonCode.FailFast, why);
                return true;
        }
    }

    /// <summary>Nobody can be told; no further attempt will follow, so there is nothing to wait for.</summary>
    public static void EndUnreachable(RunEdit edit, int step)
    {
        edit.Edit(step, a => a with { StopAsked = a.StopAsked ?? edit.Now });
        AttemptEnding.Apply(
            edit, step, RunStatus.Cancelled, ReasonCode.Cancelled, "stopped while its agent was unreachable", null);
    }

    /// <summary>The last resort: everything that is left ends now.</summary>
    public static void EndAll(RunEdit edit, string why)
    {
        for (var i = 0; i < edit.Count; i++)
        {
            if (edit[i].IsHeld) EndUnreachable(edit, i);
            if (!edit[i].IsOver) edit.End(i, RunStatus.Cancelled, edit.Run.Stop!.Reason, why);
        }
    }
}
