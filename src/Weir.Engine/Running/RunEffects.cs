using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;

namespace Weir.Engine.Running;

/// <summary>Something that must be done, in the same commit as the change itself, because a run changed.</summary>
public abstract record RunEffect
{
    private RunEffect()
    {
    }

    public sealed record Enqueue(int Step) : RunEffect;

    public sealed record Dequeue(int Step) : RunEffect;

    public sealed record GrantLease(int Step) : RunEffect;

    public sealed record DropLease(int Step, long Lease) : RunEffect;

    /// <summary>
    /// The lease row is kept, but the expiry scan need not look at it again: the run's own deadline does.
    /// </summary>
    public sealed record ParkLease(int Step) : RunEffect;

    public sealed record UnparkLease(int Step) : RunEffect;

    /// <summary>Tell the agent over its channel; it also learns it from its next renewal or report.</summary>
    public sealed record TellStop(string Agent, AttemptFence Fence) : RunEffect;

    /// <summary>A change for subscribers. <paramref name="Step"/>: −1 for the run itself.</summary>
    public sealed record Publish(string Type, int Step) : RunEffect;
}

/// <summary>What follows from the difference between two states of a run. Pure.</summary>
public static class RunEffects
{
    public const string RunCreated = "run.created";
    public const string RunFinished = "run.finished";
    public const string RunStopping = "run.stopping";
    public const string StepStopping = "step.stopping";
    public const string StepFinished = "step.finished";

    public static IReadOnlyList<RunEffect> Between(RunState? before, RunState after)
    {
        var effects = new List<RunEffect>();
        if (before is null) effects.Add(new RunEffect.Publish(RunCreated, -1));
        if (after.Status == RunStatus.Running
            && before?.Status is null or RunStatus.Pending
            && after.Started is not null)
        {
            effects.Add(new RunEffect.Publish("run.started", -1));
        }

        for (var i = 0; i < after.Steps.Length; i++)
        {
            if (before is not null && ReferenceEquals(before.Steps[i], after.Steps[i])) continue;
            OfStep(effects, before?.Steps[i], after, i);
        }

        if (after.Stop is not null && before?.Stop is null) effects.Add(new RunEffect.Publish(RunStopping, -1));
        if (after.Status.IsFinal() && before?.Status.IsFinal() != true)
            effects.Add(new RunEffect.Publish(RunFinished, -1));
        return effects;
    }

    private static void OfStep(List<RunEffect> effects, StepState? before, RunState run, int step)
    {
        var after = run.Steps[step];
        var wasQueued = before?.Phase == StepPhase.Queued;
        var isQueued = after.Phase == StepPhase.Queued;
        if (wasQueued && !isQueued) effects.Add(new RunEffect.Dequeue(step));
        if (isQueued && !wasQueued) effects.Add(new RunEffect.Enqueue(step));
        if (after.Phase == StepPhase.Asking && before?.Phase != StepPhase.Asking)
            effects.Add(new RunEffect.Publish("step.asked", step));
        OfLease(effects, before, run, step);
        if (after.IsOver && before?.IsOver != true) effects.Add(new RunEffect.Publish(StepFinished, step));
        else if (after.Status == RunStatus.Running && before?.Status != RunStatus.Running)
            effects.Add(new RunEffect.Publish("step.started", step));
        else if (isQueued && !wasQueued) effects.Add(new RunEffect.Publish("step.queued", step));
    }

    private static void OfLease(List<RunEffect> effects, StepState? before, RunState run, int step)
    {
        var after = run.Steps[step];
        var old = before is { IsHeld: true } ? before.Current : null;
        var now = after.IsHeld ? after.Current : null;
        if (old is not null && old.Lease != now?.Lease) effects.Add(new RunEffect.DropLease(step, old.Lease));
        if (now is null) return;
        if (old?.Lease != now.Lease) effects.Add(new RunEffect.GrantLease(step));
        else if (before!.Phase == StepPhase.Leased && after.Phase == StepPhase.Unreachable)
            effects.Add(new RunEffect.ParkLease(step));
        else if (before.Phase == StepPhase.Unreachable && after.Phase == StepPhase.Leased)
            effects.Add(new RunEffect.UnparkLease(step));
        if (now.StopAsked is not null && old?.StopAsked is null)
        {
            effects.Add(new RunEffect.TellStop(now.Agent, new AttemptFence(run.Id, after.Name, now.Number, now.Lease)));
            if (run.Stop is null) effects.Add(new RunEffect.Publish(StepStopping, step));
        }
    }
}
