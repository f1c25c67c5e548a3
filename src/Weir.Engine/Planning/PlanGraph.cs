using System.Collections.Immutable;

namespace Weir.Engine.Planning;

/// <summary>
/// What follows from a plan alone and is asked often: positions, dependencies, who continues whose workspace.
/// </summary>
public sealed class PlanGraph
{
    private readonly Dictionary<string, int> _positions;
    private readonly ImmutableArray<ImmutableArray<int>?> _needs;
    private readonly ImmutableArray<ImmutableArray<int>> _heirs;
    private readonly ImmutableArray<int>?[] _ancestors;

    public PlanGraph(Plan plan)
    {
        Plan = plan;
        _positions = plan.Steps.Select((step, i) => (step.Name, i)).ToDictionary(p => p.Name, p => p.i);
        _needs =
        [
            .. plan.Steps.Select(
                s => s.Needs is { } names ? names.Select(PositionOf).ToImmutableArray() : (ImmutableArray<int>?)null),
        ];
        _heirs = [.. plan.Steps.Select(s => Heirs(s.Name))];
        Groups =
        [
            .. plan.Steps.Index().Where(s => s.Item.Matrix is not null).GroupBy(s => s.Item.Matrix!.Step)
                .Select(g => new MatrixGroup(g.Key, g.First().Item.Matrix!, [.. g.Select(s => s.Index)])),
        ];
        HasImages = plan.Steps.Any(step => step.Image is not null);
        _ancestors = new ImmutableArray<int>?[plan.Steps.Length];
    }

    public Plan Plan { get; }

    /// <summary>The steps with a matrix, each with its combinations.</summary>
    public ImmutableArray<MatrixGroup> Groups { get; }

    /// <summary>True when any step names an image.</summary>
    public bool HasImages { get; }

    /// <summary>Throws for a name that is not in the plan: the planner has checked them all.</summary>
    public int PositionOf(string step) => _positions[step];

    public bool TryPositionOf(string step, out int position) => _positions.TryGetValue(step, out position);

    /// <summary>Positions the step waits for; null = all before it.</summary>
    public ImmutableArray<int>? NeedsOf(int step) => _needs[step];

    /// <summary>Steps that continue this step's workspace.</summary>
    public ImmutableArray<int> HeirsOf(int step) => _heirs[step];

    /// <summary>All steps that had to be over before this one, however far back.</summary>
    public ImmutableArray<int> AncestorsOf(int step)
    {
        if (_ancestors[step] is { } known) return known;
        var seen = new bool[Plan.Steps.Length];
        var open = new Stack<int>([step]);
        while (open.TryPop(out var next))
        {
            foreach (var need in _needs[next] ?? [.. Enumerable.Range(0, next)])
            {
                if (seen[need]) continue;
                seen[need] = true;
                open.Push(need);
            }
        }

        var result = Enumerable.Range(0, seen.Length).Where(i => seen[i]).ToImmutableArray();
        _ancestors[step] = result;
        return result;
    }

    private ImmutableArray<int> Heirs(string step) =>
        [.. Enumerable.Range(0, Plan.Steps.Length).Where(i => Plan.Steps[i].WorkspaceFrom == step)];
}

/// <param name="Step">The name in the flow.</param>
/// <param name="Rule">That of any combination: limits are the same for all.</param>
/// <param name="Cells">Positions of the combinations.</param>
public sealed record MatrixGroup(string Step, PlanMatrix Rule, ImmutableArray<int> Cells);
