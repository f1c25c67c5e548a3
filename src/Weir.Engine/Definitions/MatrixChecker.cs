using System.Collections.Immutable;
using Weir.Engine.Expressions;

namespace Weir.Engine.Definitions;

/// <summary>Finds what is wrong with the matrices of a flow, and whether they can be expanded.</summary>
internal sealed class MatrixChecker(FlowDefinition flow, FlowPlaces places, ProblemList problems)
{
    private bool _isGood = true;

    /// <returns>False when a matrix is wrong: then no combination of it is known.</returns>
    public bool Check()
    {
        for (var i = 0; i < flow.Steps.Length; i++)
        {
            if (flow.Steps[i].Matrix is not { } matrix) continue;
            var path = $"steps[{i}].matrix";
            // Both have been reported, as the form of the matrix is wrong.
            if (matrix.Axes.Length > MatrixDefinition.MaxAxes || matrix.Axes.Any(axis => axis.Values.IsEmpty))
                _isGood = false;
            CheckAxes(matrix, i, path);
            CheckExclude(matrix, i, path);
            CheckInclude(matrix, i, path);
            if (_isGood) CheckSize(matrix, i, path);
        }

        if (_isGood) CheckNames();
        return _isGood;
    }

    private void CheckAxes(MatrixDefinition matrix, int step, string path)
    {
        if (matrix.Axes.IsEmpty && matrix.Include.IsEmpty)
            Report(path, places.Of("steps", step, "matrix"), "the matrix is empty: give it an axis, as in `os: [linux, darwin]`");
        foreach (var axis in matrix.Axes)
        {
            for (var j = 0; j < axis.Values.Length; j++)
            {
                if (axis.Values.IndexOf(axis.Values[j]) < j)
                    Report(
                        $"{path}.{axis.Name}[{j}]", places.Of("steps", step, "matrix", axis.Name, j),
                        $"`{axis.Values[j]}` stands here twice");
            }
        }

        var variables = new Dictionary<string, string>();
        foreach (var name in matrix.Names)
        {
            var variable = new MatrixValue(name, "").Variable;
            if (!variables.TryAdd(variable, name))
                Report(
                    path, places.Of("steps", step, "matrix"),
                    $"`{variables[variable]}` and `{name}` would both be the variable {variable}");
        }
    }

    private void CheckExclude(MatrixDefinition matrix, int step, string path)
    {
        var axes = matrix.Axes.Select(axis => axis.Name).ToList();
        foreach (var (j, values) in matrix.Exclude.Index())
        {
            var place = places.Of("steps", step, "matrix", "exclude", j);
            foreach (var unknown in values.Select(v => v.Axis).Where(name => !axes.Contains(name)))
                Report(
                    $"{path}.exclude[{j}]", place,
                    $"there is no axis `{unknown}`{Suggestion.DidYouMean(unknown, axes)}");
            if (_isGood && matrix.Size <= MatrixDefinition.MaxCombinations
                && !matrix.Product().Any(cell => MatrixDefinition.Has(cell, values)))
                problems.Warn($"{path}.exclude[{j}]", place, "no combination has these values: it excludes nothing");
        }
    }

    private void CheckInclude(MatrixDefinition matrix, int step, string path)
    {
        foreach (var (j, values) in matrix.Include.Index())
        {
            var place = places.Of("steps", step, "matrix", "include", j);
            foreach (var axis in matrix.Axes.Where(axis => values.All(v => v.Axis != axis.Name)))
                Report($"{path}.include[{j}]", place, $"a combination needs a value for `{axis.Name}`");
            if (values.IsEmpty) Report($"{path}.include[{j}]", place, "the combination is empty");
        }
    }

    private void CheckSize(MatrixDefinition matrix, int step, string path)
    {
        var place = places.Of("steps", step, "matrix");
        if (matrix.Size > MatrixDefinition.MaxCombinations)
        {
            Report(
                path, place,
                $"the matrix has {matrix.Size:N0} combinations; at most {MatrixDefinition.MaxCombinations} are allowed");
            return;
        }

        var cells = matrix.Combinations();
        if (cells.IsEmpty) Report(path, place, "nothing is left of the matrix: all of it is excluded");
        var seen = new HashSet<string>();
        foreach (var cell in cells)
        {
            var text = string.Join(", ", cell.OrderBy(v => v.Axis, StringComparer.Ordinal));
            if (!seen.Add(text)) Report(path, place, $"the combination {text} stands here twice");
        }

        var longest = MatrixExpansion.NameOf(flow.Steps[step].Name, cells.Length);
        if (longest.Length > FlowName.MaxLength)
            Report(path, place, $"the name `{longest}` of a combination would be longer than {FlowName.MaxLength} characters");
    }

    private void CheckNames()
    {
        var written = flow.Steps.Select(step => step.Name).ToImmutableHashSet();
        for (var i = 0; i < flow.Steps.Length; i++)
        {
            if (flow.Steps[i].Matrix is null) continue;
            foreach (var name in MatrixExpansion.NamesOf(flow.Steps[i]).Where(written.Contains))
                Report(
                    $"steps[{i}].matrix", places.Of("steps", i, "matrix"),
                    $"one of its combinations would be named `{name}`, as another step is");
        }

        var count = flow.Steps.Sum(step => step.Matrix?.Combinations().Length ?? 1);
        if (count > FlowKeys.MaxSteps && flow.Steps.Any(step => step.Matrix is not null))
            Report(
                "steps", places.Of("steps"),
                $"with all combinations there are {count} steps; at most {FlowKeys.MaxSteps} are allowed");
    }

    private void Report(string path, Place place, string message)
    {
        _isGood = false;
        problems.Add(path, place, message);
    }
}
