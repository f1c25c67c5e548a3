using System.Collections.Immutable;
using System.Text.Json;
using Weir.Contracts.Problems;
using Weir.Engine.Definitions;

namespace Weir.Engine.Planning;

/// <summary>Joins a definition with a run's inputs. Pure: equal definitions and inputs give equal plans.</summary>
public static class Planner
{
    /// <summary>Characters of all texts of a plan; the flow's own <c>env</c> counts once for every step.</summary>
    public const int MaxCharacters = 8 * 1024 * 1024;

    private static readonly string TooLarge =
        $"the plan is larger than {MaxCharacters / 1024 / 1024} MiB: give large values to steps as files";

    public static PlanResult Plan(FlowDefinition flow, PlanInputs inputs)
    {
        var problems = new List<Problem>();
        var values = PlannerParams.Resolve(flow, inputs.Params, problems);
        var plan = PlannerSteps.Plan(flow, inputs.Runtime);
        if (CharactersOf(plan) > MaxCharacters)
            problems.Add(new Problem("", 0, 0, TooLarge));
        return new PlanResult(problems.Count == 0 ? plan : null, values, problems);
    }

    private static long CharactersOf(Plan plan) => plan.Steps.Sum(step =>
        step.Commands.Sum(c => (long)c.Length) + step.Env.Sum(e => (long)e.Key.Length + e.Value.Length));
}

public sealed record PlanInputs
{
    public IReadOnlyDictionary<string, JsonElement> Params { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Forces the runtime of every step.</summary>
    public string? Runtime { get; init; }
}

/// <summary>A plan, or null when there are errors.</summary>
/// <param name="Params">The parameters with defaults filled in, typed; one without a value is left out.</param>
public sealed record PlanResult(
    Plan? Plan, ImmutableSortedDictionary<string, JsonElement> Params, IReadOnlyList<Problem> Problems);
