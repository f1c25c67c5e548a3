using System.Collections.Immutable;
using System.Text.Json;
using Weir.Contracts.Statuses;
using Weir.Engine.Planning;

namespace Weir.Engine.Running;

/// <summary>What a new run takes over from an earlier one of another revision.</summary>
internal static class Reuse
{
    /// <summary>
    /// The steps of the new plan: over already when they succeeded before, have the same definition, and all that came
    /// before them is taken over as well.
    /// </summary>
    public static ImmutableArray<StepState> StepsOf(RunState before, PlanGraph plan, RetryScope scope)
    {
        var kept = new StepState?[plan.Plan.Steps.Length];
        // Needs may point forward: go on until nothing more can be taken over.
        for (var moved = true; moved;)
        {
            moved = false;
            for (var i = 0; i < kept.Length; i++)
            {
                if (kept[i] is not null || plan.Plan.Steps[i].Name == scope.From) continue;
                if (!plan.AncestorsOf(i).All(ancestor => kept[ancestor] is not null)) continue;
                kept[i] = TakeOver(before, plan.Plan.Steps[i]);
                moved |= kept[i] is not null;
            }
        }

        return [.. kept.Select((step, i) => step ?? new StepState { Name = plan.Plan.Steps[i].Name })];
    }

    private static StepState? TakeOver(RunState before, PlanStep plan)
    {
        if (!before.Graph.TryPositionOf(plan.Name, out var position)) return null;
        var step = before.Steps[position];
        if (step.Status != RunStatus.Success || !AreEqual(before.Plan.Steps[position], plan)) return null;
        var origin = step.Reused ?? new ReusedStep(
            before.Id, before.Handle, step.Current!.Number, step.Current.Agent);
        return new StepState
        {
            Name = plan.Name,
            Phase = StepPhase.Done,
            Status = RunStatus.Success,
            Message = $"it succeeded in {origin.Handle} and is defined as there",
            Started = step.Started,
            Ended = step.Ended,
            ExitCode = step.ExitCode,
            Outputs = step.Outputs,
            Artifacts = step.Artifacts,
            Tests = step.Tests,
            WorkspaceDigest = step.WorkspaceDigest,
            Reused = origin,
        };
    }

    // As they are stored: a record's own equality would compare lists by reference.
    private static bool AreEqual(PlanStep one, PlanStep other) =>
        JsonSerializer.Serialize(one, StateJson.Default.PlanStep)
            == JsonSerializer.Serialize(other, StateJson.Default.PlanStep);
}
