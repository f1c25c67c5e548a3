using System.Collections;
using System.Collections.Immutable;

namespace Weir.Engine.Definitions;

/// <summary>Which step waits for which. Names that are unknown are passed over.</summary>
internal sealed class StepGraph
{
    private readonly ImmutableArray<StepDefinition> _steps;
    private readonly Dictionary<string, int> _positions = [];
    private readonly BitArray[] _ancestors;
    private readonly Mark[] _marks;
    private readonly List<int> _path = [];
    private readonly List<int> _order = [];
    private readonly List<ImmutableArray<string>> _cycles = [];

    public StepGraph(ImmutableArray<StepDefinition> steps)
    {
        _steps = steps;
        for (var i = 0; i < steps.Length; i++) _positions.TryAdd(steps[i].Name, i);
        _ancestors = [.. steps.Select(_ => new BitArray(steps.Length))];
        _marks = new Mark[steps.Length];
        for (var i = 0; i < steps.Length; i++) Visit(i);
    }

    private enum Mark
    {
        New,
        Open,
        Done,
    }

    /// <summary>Each as the names along it, the first again at the end.</summary>
    public IReadOnlyList<ImmutableArray<string>> Cycles => _cycles;

    /// <summary>Positions so that each step comes after all that it waits for.</summary>
    public IReadOnlyList<int> Order => _order;

    public bool TryPositionOf(string name, out int position) => _positions.TryGetValue(name, out position);

    /// <summary>Whether <paramref name="earlier"/> has ended for sure before <paramref name="later"/> begins.</summary>
    public bool Precedes(int earlier, int later) => _ancestors[later][earlier];

    public ImmutableHashSet<string> AncestorsOf(int step) =>
        [.. Enumerable.Range(0, _steps.Length).Where(i => Precedes(i, step)).Select(i => _steps[i].Name)];

    /// <summary>What a step waits for directly: its needs, or all before it.</summary>
    public IEnumerable<int> NeedsOf(int step) => _steps[step].Needs is { } needs
        ? needs.Where(_positions.ContainsKey).Select(name => _positions[name])
        : Enumerable.Range(0, step);

    private void Visit(int step)
    {
        if (_marks[step] != Mark.New) return;
        _marks[step] = Mark.Open;
        _path.Add(step);
        foreach (var need in NeedsOf(step))
        {
            if (_marks[need] == Mark.Open) AddCycle(need);
            Visit(need);
            _ancestors[step][need] = true;
            _ancestors[step].Or(_ancestors[need]);
        }

        _path.RemoveAt(_path.Count - 1);
        _marks[step] = Mark.Done;
        _order.Add(step);
    }

    private void AddCycle(int start)
    {
        var steps = _path[_path.IndexOf(start)..].Append(start);
        if (_cycles.Count < 10) _cycles.Add([.. steps.Select(i => _steps[i].Name)]);
    }
}
