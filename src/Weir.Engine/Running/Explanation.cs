using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;

namespace Weir.Engine.Running;

/// <summary>Puts the stored reasons into sentences. Decides nothing.</summary>
internal static class Explanation
{
    public static RunExplanation Of(RunState run) =>
        new(run.Handle, run.Status, Summary(run), [.. run.Steps.Select(Of)]);

    private static string Summary(RunState run) => run.Status switch
    {
        RunStatus.Success => "every step that had to succeed did",
        RunStatus.Pending => "no step has been claimed yet",
        RunStatus.Running when run.Stop is not null => "it is being stopped; always() steps may still run",
        RunStatus.Running => "it is under way",
        _ => run.Message ?? run.Reason.ToString(),
    };

    private static StepExplanation Of(StepState step) =>
        new(step.Name, step.Status, step.Reason, Why(step)) { Hints = HintsFor(step) };

    private static string Why(StepState step)
    {
        if (step.Waiting is { } waiting) return waiting;
        if (step.Phase == StepPhase.Unreachable)
        {
            return $"agent {step.Current!.Agent} is silent; the next attempt starts at {step.Current.RescueAt:HH:mm:ss} UTC unless it returns";
        }

        if (step.Phase == StepPhase.Leased) return $"attempt {step.Current!.Number} runs on agent {step.Current.Agent}";
        return step.Message ?? (step.Status == RunStatus.Success ? "it succeeded" : step.Reason.ToString());
    }

    private static List<string> HintsFor(StepState step)
    {
        var hints = new List<string>();
        if (step.Phase == StepPhase.Queued)
            hints.Add("weir agent list shows which agents are there and what they offer");
        if (step.Reason == ReasonCode.Exit) hints.Add($"weir run logs RUN --step {step.Name} shows what it printed");
        if (step.Losses > 0) hints.Add($"{step.Losses} attempt(s) were lost to infrastructure, not to the step itself");
        return hints;
    }
}
