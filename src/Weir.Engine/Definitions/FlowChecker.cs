using System.Collections.Immutable;
using Weir.Engine.Expressions;

namespace Weir.Engine.Definitions;

/// <summary>
/// Finds what is wrong with a flow beyond the form of its parts: names, needs, expressions, artifacts.
/// </summary>
internal sealed class FlowChecker
{
    private readonly FlowDefinition _flow;
    private readonly FlowPlaces _places;
    private readonly ProblemList _problems;
    private readonly StepGraph _graph;

    private FlowChecker(FlowDefinition flow, FlowPlaces places, ProblemList problems)
    {
        _flow = flow;
        _places = places;
        _problems = problems;
        _graph = new StepGraph(flow.Steps);
    }

    public static void Check(FlowDefinition flow, FlowPlaces places, ProblemList problems)
    {
        var checker = new FlowChecker(flow, places, problems);
        checker.CheckNames();
        checker.CheckNeeds();
        checker.CheckCycles();
        var areGood = new MatrixChecker(flow, places, problems).Check();
        checker.CheckResources(areGood ? MatrixExpansion.Expand(flow) : MatrixExpansion.AsWritten(flow));
        new ApprovalChecker(flow, places, problems).Check();
        new ExpressionPlaces(flow, checker._graph, places, problems).Check();
    }

    private void CheckNames()
    {
        var seen = new Dictionary<string, int>();
        for (var i = 0; i < _flow.Steps.Length; i++)
        {
            var step = _flow.Steps[i];
            var path = $"steps[{i}].name";
            if (step.Name == Checkout.StepName && _flow.Source is not null)
                _problems.Add(
                    path, _places.Of("steps", i, "name"), "`checkout` is the name of the step that `source` makes");
            if (!seen.TryAdd(step.Name, i))
                _problems.Add(
                    path,
                    NameOrStep(i),
                    $"the name `{step.Name}` stands already at line {NameOrStep(seen[step.Name]).Line}");
            var names = new HashSet<string>();
            for (var j = 0; j < step.Artifacts.Length; j++)
            {
                if (!names.Add(step.Artifacts[j].Name))
                    _problems.Add(
                        $"steps[{i}].artifacts[{j}]",
                        _places.Of("steps", i, "artifacts", j),
                        $"the step has two artifacts named `{step.Artifacts[j].Name}`");
            }

            if (step.Retry.BackoffFirst > step.Retry.BackoffMax
                && _places.Find("steps", i, "retry", "backoff", "first") is { } first)
                _problems.Add(
                    $"steps[{i}].retry.backoff.first",
                    first.Place,
                    "the first wait is longer than the longest (`max`)");
        }
    }

    private Place NameOrStep(int step) => (_places.Find("steps", step, "name") ?? _places.Find("steps", step))!.Place;

    private void CheckNeeds()
    {
        string[] made = _flow.Source is null ? [] : [Checkout.StepName];
        string[] names = [.. _flow.Steps.Select(s => s.Name), .. made];
        for (var i = 0; i < _flow.Steps.Length; i++)
        {
            var needs = _flow.Steps[i].Needs ?? [];
            for (var j = 0; j < needs.Length; j++)
            {
                if (needs[j] == _flow.Steps[i].Name) Report(i, j, "a step cannot need itself");
                else if (!names.Contains(needs[j]) && needs[j].Length > 0)
                    Report(i, j, $"there is no step `{needs[j]}`{Suggestion.DidYouMean(needs[j], names)}");
                else if (needs.IndexOf(needs[j]) < j) Report(i, j, $"`{needs[j]}` stands here twice");
            }
        }
    }

    private void Report(int step, int need, string message) =>
        _problems.Add($"steps[{step}].needs[{need}]", _places.Of("steps", step, "needs", need), message);

    private void CheckCycles()
    {
        foreach (var cycle in _graph.Cycles.Where(c => c.Length > 2))
        {
            var steps = cycle.Skip(1).Select(name => _graph.TryPositionOf(name, out var i) ? i : 0).ToList();
            var plain = steps.FindIndex(i => _flow.Steps[i].Needs is null);
            var why = plain < 0 ? ""
                : $" (`{_flow.Steps[steps[plain]].Name}` has no `needs`, so it waits for every step before it)";
            var at = steps.Where(i => _flow.Steps[i].Needs is not null).Order().First();
            _problems.Add(
                $"steps[{at}].needs",
                _places.Of("steps", at, "needs"),
                $"steps wait for each other: {string.Join(" → ", cycle)}{why}");
        }
    }

    private void CheckResources(ImmutableArray<StepCell> cells)
    {
        var steps = cells.Select(cell => cell.Step).ToImmutableArray();
        var graph = new StepGraph(steps);
        var told = new HashSet<(int Step, int Resource)>();
        for (var i = 0; i < cells.Length; i++)
        {
            for (var j = 0; j < steps[i].Resources.Length; j++)
            {
                var resource = steps[i].Resources[j];
                var origin = cells[i].Origin;
                if (resource.Name.Length == 0) continue;
                var problem = ArtifactSource.Find(steps, graph, i, resource.Name) is { } maker
                    ? ExplainSeveral(cells, maker, resource.Name)
                    : resource.Required ? ExplainMissing(origin, resource.Name) : null;
                if (problem is not null && told.Add((origin, j)))
                    _problems.Add(
                        $"steps[{origin}].resources[{j}]", _places.Of("steps", origin, "resources", j), problem);
            }
        }
    }

    private string? ExplainSeveral(ImmutableArray<StepCell> cells, string maker, string artifact)
    {
        var origin = cells.First(cell => cell.Step.Name == maker).Origin;
        var makers = cells.Count(c => c.Origin == origin && c.Step.Artifacts.Any(a => a.Name == artifact));
        if (makers < 2) return null;
        var axis = _flow.Steps[origin].Matrix!.Names.First();
        return $"several combinations of `{_flow.Steps[origin].Name}` leave `{artifact}`: "
            + $"name it by its combination, as in `{artifact}-${{{{ matrix.{axis} }}}}`";
    }

    private string ExplainMissing(int step, string name)
    {
        var maker = _flow.Steps.FirstOrDefault(s => s.Artifacts.Any(a => a.Name == name));
        if (maker?.Name == _flow.Steps[step].Name) return $"the artifact `{name}` is left by this very step";
        if (maker is not null)
        {
            return $"step `{maker.Name}` leaves `{name}`, but is not over for sure before this one: "
                + "put it into `needs`";
        }

        var names = _flow.Steps.SelectMany(s => s.Artifacts).Select(a => a.Name).Distinct().ToList();
        return $"no earlier step leaves an artifact named `{name}`{Suggestion.DidYouMean(name, names)}";
    }
}
