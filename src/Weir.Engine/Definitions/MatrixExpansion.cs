using System.Collections.Immutable;
using Weir.Engine.Expressions;

namespace Weir.Engine.Definitions;

/// <summary>A step as it will run: one of the file, or one combination of it.</summary>
/// <param name="Origin">Position of the step in the file.</param>
/// <param name="Values">Empty for a step without a matrix.</param>
internal sealed record StepCell(StepDefinition Step, int Origin, ImmutableArray<MatrixValue> Values);

/// <summary>
/// Makes one step of each combination: <c>test</c> becomes <c>test-1</c>, <c>test-2</c> and so on, in the order of the
/// combinations. Whoever needs <c>test</c> needs all of them.
/// </summary>
internal static class MatrixExpansion
{
    public static ImmutableArray<StepCell> Expand(FlowDefinition flow)
    {
        if (flow.Steps.All(step => step.Matrix is null)) return AsWritten(flow);
        var cells = ImmutableArray.CreateBuilder<StepCell>();
        var names = new Dictionary<string, ImmutableArray<string>>();
        var earlier = flow.Source is null ? ImmutableArray<string>.Empty : [Checkout.StepName];
        foreach (var step in flow.Steps) names.TryAdd(step.Name, NamesOf(step));
        foreach (var (i, step) in flow.Steps.Index())
        {
            var needs = step.Needs is { } written
                ? [.. written.SelectMany(name => names.GetValueOrDefault(name, [name]))]
                : step.Matrix is null ? (ImmutableArray<string>?)null : earlier;
            AddCells(cells, step with { Needs = needs }, i);
            earlier = earlier.AddRange(names[step.Name]);
        }

        return cells.ToImmutable();
    }

    public static ImmutableArray<StepCell> AsWritten(FlowDefinition flow) =>
        [.. flow.Steps.Select((step, i) => new StepCell(step, i, []))];

    public static ImmutableArray<string> NamesOf(StepDefinition step) => step.Matrix is { } matrix
        ? [.. Enumerable.Range(1, matrix.Combinations().Length).Select(number => NameOf(step.Name, number))]
        : [step.Name];

    /// <param name="number">Counted from 1.</param>
    public static string NameOf(string step, int number) => $"{step}-{number}";

    private static void AddCells(ImmutableArray<StepCell>.Builder cells, StepDefinition step, int origin)
    {
        if (step.Matrix is not { } matrix)
        {
            cells.Add(new StepCell(step, origin, []));
            return;
        }

        foreach (var (i, values) in matrix.Combinations().Index())
            cells.Add(new StepCell(Fill(step, NameOf(step.Name, i + 1), values), origin, values));
    }

    private static StepDefinition Fill(StepDefinition step, string name, ImmutableArray<MatrixValue> values)
    {
        var scope = new ExpressionScope { Matrix = values.ToDictionary(value => value.Axis, value => value.Value) };
        Func<string, string> fill = template => Template.ResolveMatrix(template, scope);
        return step with
        {
            Name = name,
            Title = $"{step.Title ?? step.Name} ({string.Join(", ", values)})",
            Labels = step.Labels.ToImmutableSortedDictionary(label => label.Key, label => fill(label.Value)),
            Artifacts = [.. step.Artifacts.Select(artifact => artifact with { Name = fill(artifact.Name) })],
            Resources = [.. step.Resources.Select(resource => resource with { Name = fill(resource.Name) })],
            Env = values.ToImmutableSortedDictionary(value => value.Variable, value => value.Value).SetItems(step.Env),
        };
    }
}
