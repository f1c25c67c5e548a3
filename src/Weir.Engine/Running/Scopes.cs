using System.Collections.Immutable;
using System.Globalization;
using Weir.Contracts.Statuses;
using Weir.Engine.Expressions;

namespace Weir.Engine.Running;

/// <summary>What the expressions of a step can see.</summary>
internal static class Scopes
{
    public static ExpressionScope For(RunState run, int step)
    {
        var ancestors = run.Graph.AncestorsOf(step);
        var steps = new Dictionary<string, StepFacts>(run.Steps.Length);
        for (var i = 0; i < run.Steps.Length; i++)
        {
            steps[run.Steps[i].Name] = new StepFacts(run.Steps[i].Status, run.Steps[i].ExitCode, run.Steps[i].Outputs);
        }

        foreach (var group in run.Graph.Groups) steps[group.Step] = Matrices.FactsOf(run, group);
        return new ExpressionScope
        {
            Matrix = run.Plan.Steps[step].Matrix?.Values ?? ImmutableSortedDictionary<string, string>.Empty,
            Params = run.Inputs.Params,
            Trigger = run.Inputs.TriggerData,
            Run = RunFacts(run),
            Steps = steps,
            Failed = ancestors.Any(i => Failed(run, i)),
            Cancelled = run.Stop is not null || ancestors.Any(i => run.Steps[i].Status == RunStatus.Cancelled),
        };
    }

    /// <summary>What is known before any step: inputs, and the run itself but for its number.</summary>
    public static ExpressionScope ForRun(RunState run) => new()
    {
        Params = run.Inputs.Params,
        Trigger = run.Inputs.TriggerData,
        Run = RunFacts(run),
    };

    /// <summary>Why <c>success()</c> is false, in words.</summary>
    public static string Culprit(RunState run, int step)
    {
        foreach (var i in run.Graph.AncestorsOf(step))
        {
            if (Failed(run, i)) return $"step {run.Steps[i].Name} failed";
            if (run.Steps[i].Status == RunStatus.Cancelled) return $"step {run.Steps[i].Name} was cancelled";
        }

        return "something earlier did not succeed";
    }

    private static bool Failed(RunState run, int step) =>
        run.Steps[step].Status == RunStatus.Failed && !run.Plan.Steps[step].AllowFailure;

    private static Dictionary<string, string> RunFacts(RunState run) => new()
    {
        ["id"] = run.Id,
        ["number"] = run.Number.ToString(CultureInfo.InvariantCulture),
        ["handle"] = run.Handle,
        ["namespace"] = run.Namespace,
        ["flow"] = run.Flow,
        ["trigger"] = run.Inputs.Trigger,
    };
}
