using System.Collections.Immutable;

namespace Weir.Engine.Definitions;

/// <summary>A step that is written once and made for each combination of values.</summary>
public sealed record MatrixDefinition
{
    public const int MaxCombinations = 256;
    public const int MaxAxes = 10;

    /// <summary>In the order of the file; every value of one goes with every value of the others.</summary>
    public ImmutableArray<MatrixAxis> Axes { get; init; } = [];

    /// <summary>Each takes away the combinations that have all of its values.</summary>
    public ImmutableArray<ImmutableArray<MatrixValue>> Exclude { get; init; } = [];

    /// <summary>Each is one combination more; it may have values beside those of the axes.</summary>
    public ImmutableArray<ImmutableArray<MatrixValue>> Include { get; init; } = [];

    /// <summary>Combinations at once; null = as many as agents take.</summary>
    public int? MaxParallel { get; init; }

    /// <summary>Whether the others are stopped once a combination has failed.</summary>
    public bool FailFast { get; init; }

    /// <summary>How many there are before any is excluded; never enumerates them.</summary>
    internal double Size =>
        Include.Length + (Axes.IsEmpty ? 0 : Axes.Aggregate(1.0, (size, axis) => size * axis.Values.Length));

    /// <summary>The names that <c>matrix</c> knows in the step's expressions.</summary>
    internal IReadOnlyCollection<string> Names =>
        [.. Axes.Select(axis => axis.Name).Concat(Include.SelectMany(cell => cell.Select(v => v.Axis))).Distinct()];

    /// <summary>The last axis changes first. Only for a matrix that was checked.</summary>
    internal ImmutableArray<ImmutableArray<MatrixValue>> Combinations() =>
        [.. Product().Where(cell => !Exclude.Any(not => Has(cell, not))), .. Include];

    internal IEnumerable<ImmutableArray<MatrixValue>> Product()
    {
        IEnumerable<ImmutableArray<MatrixValue>> cells = Axes.IsEmpty ? [] : [[]];
        foreach (var axis in Axes)
            cells = cells.SelectMany(cell => axis.Values.Select(value => cell.Add(new MatrixValue(axis.Name, value))));
        return cells;
    }

    internal static bool Has(ImmutableArray<MatrixValue> cell, ImmutableArray<MatrixValue> values) =>
        values.All(cell.Contains);
}

public sealed record MatrixAxis(string Name, ImmutableArray<string> Values);

public readonly record struct MatrixValue(string Axis, string Value)
{
    /// <summary>Begins the names of the variables that hold a combination's values.</summary>
    public const string VariablePrefix = "WEIR_MATRIX_";

    /// <summary>The variable that holds it: <c>WEIR_MATRIX_GO_VERSION</c> for <c>go-version</c>.</summary>
    public string Variable => VariablePrefix + Axis.Replace('-', '_').ToUpperInvariant();

    public override string ToString() => $"{Axis}={Value}";
}
