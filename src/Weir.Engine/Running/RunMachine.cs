using System.Collections.Immutable;
using System.Diagnostics;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Engine.Scheduling;

namespace Weir.Engine.Running;

/// <summary>
/// The only place where a run, a step or an attempt changes. Pure: the same state, event and instant give the same
/// result. Statuses move forward only, nothing leaves a final state, and after every event all that can go on has been
/// queued. What must be done about a change follows from the difference (<see cref="RunEffects"/>).
/// </summary>
public sealed class RunMachine(RunTiming timing, Safeguards safeguards)
{
    public RunTiming Timing => timing;

    /// <summary>Queues what can start at once, unless its group keeps the run from beginning.</summary>
    public RunState Begin(RunState state, DateTimeOffset now, GroupPlace place = GroupPlace.Free)
    {
        var edit = new RunEdit(state, timing, now);
        if (place == GroupPlace.Waits) GroupWaits.Begin(edit);
        else if (place == GroupPlace.Skipped) GroupWaits.Skip(edit);
        Advance.All(edit);
        return edit.Build();
    }

    public Transition Apply(RunState state, RunEvent happened, DateTimeOffset now)
    {
        var edit = new RunEdit(state, timing, now);
        var verdict = happened switch
        {
            RunEvent.Claimed e => Claim(edit, e),
            RunEvent.Progressed e => Progress(edit, e),
            RunEvent.Finished e => Finish(edit, e),
            RunEvent.Withheld e => Withhold(edit, e),
            RunEvent.SecretsKept e => KeepSecrets(edit, e),
            RunEvent.LeaseEnded e => LoseTouch(edit, e.Fence),
            RunEvent.AgentRevoked e => ShutOut(edit, e.Fence),
            RunEvent.Returned e => Return(edit, e.Fence),
            RunEvent.NotHeld e => GiveBack(edit, e.Fence),
            RunEvent.Decided e => Approvals.Decide(edit, e),
            RunEvent.Admitted => GroupWaits.Admit(edit),
            RunEvent.CancelAsked e => Cancel(edit, e),
            RunEvent.Ticked => Deadlines.Look(edit),
            _ => throw new UnreachableException(),
        };
        if (verdict != EventVerdict.Accepted) return new Transition(state, verdict);
        Advance.All(edit);
        return new Transition(edit.Build(), EventVerdict.Accepted);
    }

    /// <summary>When this run must be looked at again though nothing happens; null once it is over.</summary>
    public DateTimeOffset? DueOf(RunState state) => Deadlines.Next(state, timing);

    private static EventVerdict Claim(RunEdit edit, RunEvent.Claimed e)
    {
        if (!edit.Graph.TryPositionOf(e.Step, out var i) || edit[i].Phase != StepPhase.Queued)
            return EventVerdict.Refused;
        var lease = edit.Run.LastLease + 1;
        edit.Run = edit.Run with
        {
            LastLease = lease,
            Status = RunStatus.Running,
            Started = edit.Run.Started ?? edit.Now,
        };
        var attempt = new AttemptState
        {
            Number = edit[i].Attempts.Length + 1,
            Lease = lease,
            Agent = e.Agent,
            Nonce = e.Nonce,
            Ordinal = e.Ordinal,
            Claimed = edit.Now,
        };
        edit[i] = edit[i] with
        {
            Phase = StepPhase.Leased,
            Status = RunStatus.Running,
            Waiting = null,
            Queued = null,
            Started = edit[i].Started ?? edit.Now,
            Attempts = edit[i].Attempts.Add(attempt),
        };
        return EventVerdict.Accepted;
    }

    private EventVerdict Progress(RunEdit edit, RunEvent.Progressed e)
    {
        if (!TryHeldBy(edit, e.Agent, e.Fence, out var i)) return EventVerdict.Refused;
        var known = edit[i].Current!;
        if (e.Preparing is not null)
        {
            if (known.Started is not null || known.Preparing == e.Preparing) return EventVerdict.Repeated;
            edit.Edit(i, a => a with { Runtime = e.Runtime ?? a.Runtime, Preparing = e.Preparing });
            return EventVerdict.Accepted;
        }

        if (known.Started is not null && IsBehind(e.Commands, known.Commands)) return EventVerdict.Repeated;
        edit.Edit(i, a => a with
        {
            Started = a.Started ?? edit.Now,
            Runtime = e.Runtime ?? a.Runtime,
            Image = e.Image ?? a.Image,
            Preparing = null,
            Commands = e.Commands,
        });
        return EventVerdict.Accepted;
    }

    private EventVerdict Finish(RunEdit edit, RunEvent.Finished e)
    {
        if (!TryHeldBy(edit, e.Agent, e.Fence, out var i))
            return WasReported(edit, e.Agent, e.Fence) ? EventVerdict.Repeated : EventVerdict.Refused;
        var outcome = e.Outcome;
        edit.Edit(i, a => a with
        {
            Started = a.Started ?? a.Claimed,
            Reported = true,
            Runtime = outcome.Runtime ?? a.Runtime,
            Image = outcome.Image ?? a.Image,
            Preparing = null,
            Commands = [.. outcome.Commands],
        });
        edit[i] = edit[i] with { ExitCode = outcome.ExitCode };
        if (outcome.Status == RunStatus.Success)
        {
            edit[i] = edit[i] with
            {
                Outputs = ImmutableSortedDictionary.CreateRange(outcome.Outputs),
                WorkspaceDigest = outcome.WorkspaceDigest,
            };
        }

        edit[i] = edit[i] with { Artifacts = [.. outcome.Artifacts], Tests = outcome.Tests };
        AttemptEnding.Apply(edit, i, outcome.Status, outcome.Reason, outcome.Message, outcome.ExitCode);
        return EventVerdict.Accepted;
    }

    private EventVerdict Withhold(RunEdit edit, RunEvent.Withheld e)
    {
        if (!TryHeld(edit, e.Fence, out var i)) return EventVerdict.Refused;
        AttemptEnding.Apply(edit, i, RunStatus.Failed, ReasonCode.Secret, e.Why, null);
        return EventVerdict.Accepted;
    }

    private EventVerdict KeepSecrets(RunEdit edit, RunEvent.SecretsKept e)
    {
        if (!TryHeld(edit, e.Fence, out var i)) return EventVerdict.Refused;
        edit.Edit(i, a => a with { Sealed = e.Sealed });
        return EventVerdict.Accepted;
    }

    private EventVerdict LoseTouch(RunEdit edit, AttemptFence fence)
    {
        if (!TryHeld(edit, fence, out var i) || edit[i].Phase == StepPhase.Unreachable) return EventVerdict.Refused;
        if (edit[i].Current!.StopAsked is not null)
        {
            Stopping.EndUnreachable(edit, i);
            return EventVerdict.Accepted;
        }

        var rescue = edit.Now + edit.PlanOf(i).Disconnect + edit.Timing.RescueMargin;
        edit[i] = edit[i] with { Phase = StepPhase.Unreachable };
        edit.Edit(i, a => a with { RescueAt = rescue });
        return EventVerdict.Accepted;
    }

    // It ends its work when it is refused, or with its lease. Only one that is cut off and whose step has a disconnect
    // time might work on beside the next attempt, and an admin who shuts it out does not wait for that.
    private EventVerdict ShutOut(RunEdit edit, AttemptFence fence)
    {
        if (!TryHeld(edit, fence, out var i)) return EventVerdict.Refused;
        if (edit[i].Current!.StopAsked is not null) return EventVerdict.Repeated;
        var rescue = edit.Now + edit.Timing.Lease + edit.Timing.RescueMargin;
        if (edit[i].Phase == StepPhase.Unreachable && edit[i].Current!.RescueAt <= rescue) return EventVerdict.Repeated;
        edit[i] = edit[i] with { Phase = StepPhase.Unreachable };
        edit.Edit(i, a => a with { RescueAt = rescue });
        return EventVerdict.Accepted;
    }

    private EventVerdict Return(RunEdit edit, AttemptFence fence)
    {
        if (!TryHeld(edit, fence, out var i)) return EventVerdict.Refused;
        if (edit[i].Phase != StepPhase.Unreachable) return EventVerdict.Repeated;
        edit[i] = edit[i] with { Phase = StepPhase.Leased };
        edit.Edit(i, a => a with { RescueAt = null });
        return EventVerdict.Accepted;
    }

    private EventVerdict GiveBack(RunEdit edit, AttemptFence fence)
    {
        if (!TryHeld(edit, fence, out var i)) return EventVerdict.Refused;
        var agent = edit[i].Current!.Agent;
        if (edit[i].Current!.Started is null)
        {
            AttemptEnding.Apply(edit, i, RunStatus.Failed, ReasonCode.Released, $"agent {agent} never began it", null);
        }
        else
        {
            AttemptEnding.Apply(
                edit, i, RunStatus.Failed, ReasonCode.Infrastructure, $"agent {agent} came back without it", null);
        }

        return EventVerdict.Accepted;
    }

    private static EventVerdict Cancel(RunEdit edit, RunEvent.CancelAsked e)
    {
        if (edit.Run.Status.IsFinal()) return EventVerdict.Refused;
        if (edit.Run.Stop is not null) return EventVerdict.Repeated;
        Stopping.Begin(edit, e.Reason, e.By);
        return EventVerdict.Accepted;
    }

    private bool TryHeld(RunEdit edit, AttemptFence fence, out int step)
    {
        if (!edit.Graph.TryPositionOf(fence.Step, out step) || !edit[step].IsHeld) return false;
        var attempt = edit[step].Current!;
        return !safeguards.Fence || (attempt.Number == fence.Attempt && attempt.Lease == fence.Lease);
    }

    private bool TryHeldBy(RunEdit edit, string agent, AttemptFence fence, out int step) =>
        TryHeld(edit, fence, out step) && (!safeguards.Fence || edit[step].Current!.Agent == agent);

    // Commands begin and end one after another, so a report that was overtaken knows of fewer.
    private static bool IsBehind(ImmutableArray<CommandRecord> told, ImmutableArray<CommandRecord> known) =>
        told.Length < known.Length
        || (told.Length == known.Length && EndedOf(told) < EndedOf(known));

    private static int EndedOf(ImmutableArray<CommandRecord> commands) => commands.Count(c => c.Ended is not null);

    private static bool WasReported(RunEdit edit, string agent, AttemptFence fence) =>
        edit.Graph.TryPositionOf(fence.Step, out var i)
        && fence.Attempt >= 1
        && fence.Attempt <= edit[i].Attempts.Length
        && edit[i].Attempts[fence.Attempt - 1] is { Reported: true } attempt
        && attempt.Lease == fence.Lease
        && attempt.Agent == agent;
}
