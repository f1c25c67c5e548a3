using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Engine.Concurrency;
using Weir.Engine.Scheduling;

namespace Weir.Engine.Running;

/// <summary>Puts the stored reasons into sentences. Decides nothing.</summary>
internal static class Explanation
{
    /// <param name="agents">All agents, when a step waits for one.</param>
    /// <param name="group">Where it stands in its group, when it waits for it.</param>
    public static RunExplanation Of(RunState run, IReadOnlyList<AgentStanding> agents, GroupStanding? group) =>
        new(
            run.Handle, run.Status, group is null ? Summary(run) : Summary(group),
            [.. run.Steps.Select((step, i) => Of(run, step, i, agents))]);

    private static string Summary(GroupStanding group)
    {
        var holder = group.Holder is { } run ? $"{run} holds" : "which is changing hands just now";
        var before = group.Before == 0 ? "" : $"; {group.Before} wait before it";
        return $"it waits for the concurrency group {group.Group}, {holder}{before}";
    }

    private static string Summary(RunState run) => run.Status switch
    {
        RunStatus.Success => "every step that had to succeed did",
        RunStatus.Pending => "no step has been claimed yet",
        RunStatus.Running when run.Stop is not null => "it is being stopped; always() steps may still run",
        RunStatus.Running => "it is under way",
        _ => run.Message ?? run.Reason.ToString(),
    };

    private static StepExplanation Of(RunState run, StepState step, int i, IReadOnlyList<AgentStanding> agents)
    {
        var told = new StepExplanation(step.Name, step.Status, step.Reason, Why(step))
        {
            Hints = HintsFor(run, i), WaitsForAgent = step.Phase is StepPhase.Queued or StepPhase.Unreachable,
        };
        if (step.Phase != StepPhase.Queued) return told;
        var placement = Placement.Of(Shape.Of(run, i), run.Namespace, agents);
        return told with { Why = $"{told.Why}; {placement.Summary}", Hints = [.. placement.Agents, .. told.Hints] };
    }

    private static string Why(StepState step)
    {
        if (step.Waiting is { } waiting) return waiting;
        if (step.Phase == StepPhase.Unreachable)
        {
            return $"agent {step.Current!.Agent} is silent; the next attempt starts at {step.Current.RescueAt:HH:mm:ss} UTC unless it returns";
        }

        if (step.Phase == StepPhase.Leased)
        {
            var (attempt, agent) = (step.Current!.Number, step.Current.Agent);
            return step.Current.Preparing is { } preparing
                ? $"attempt {attempt} is being prepared on agent {agent}: {preparing}"
                : $"attempt {attempt} runs on agent {agent}";
        }

        return step.Message ?? (step.Status == RunStatus.Success ? "it succeeded" : step.Reason.ToString());
    }

    private static List<string> HintsFor(RunState run, int i)
    {
        var step = run.Steps[i];
        var hints = new List<string>();
        if (step.Status == RunStatus.Failed && run.Plan.Steps[i].AllowFailure)
            hints.Add("the flow allows it to fail: the run goes on without it");
        if (step.Phase == StepPhase.Asking)
            hints.Add($"weir run approve '{run.Handle}' {step.Name}, or weir run reject");
        if (step.Reason == ReasonCode.Exit)
            hints.Add($"weir run logs '{run.Handle}' {step.Name} shows what it printed");
        if (step.Losses > 0) hints.Add($"{step.Losses} attempt(s) were lost to infrastructure, not to the step itself");
        return hints;
    }
}
