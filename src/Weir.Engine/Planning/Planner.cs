using System.Collections.Immutable;
using System.Text.Json;
using Weir.Contracts.Problems;
using Weir.Engine.Definitions;

namespace Weir.Engine.Planning;

/// <summary>Joins a definition with a run's inputs. Pure.</summary>
public static class Planner
{
    public static PlanResult Plan(FlowDefinition flow, PlanInputs inputs) => throw new NotSupportedException();
}

public sealed record PlanInputs
{
    public IReadOnlyDictionary<string, JsonElement> Params { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Forces the runtime of every step.</summary>
    public string? Runtime { get; init; }
}

/// <summary>A plan, or null when there are errors.</summary>
/// <param name="Params">The parameters with defaults filled in, typed.</param>
public sealed record PlanResult(Plan? Plan, ImmutableSortedDictionary<string, JsonElement> Params, IReadOnlyList<Problem> Problems);
