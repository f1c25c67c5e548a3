using Weir.Engine.Expressions;

namespace Weir.Engine.Definitions.Formats.Nosana;

/// <summary>
/// Turns a Nosana job definition of version 0.1 into a native flow. Groups run one after another, the ops of a group
/// side by side. Unknown keys are mistakes; what cannot be done yet is a warning.
/// </summary>
internal sealed class JobDefinitionConverter
{
    private static readonly string[] ForTheNetwork = ["logistics", "deployment_id", "meta"];
    private readonly TreeMap _root;
    private readonly TreeMap? _global;
    private readonly ProblemList _problems;
    private readonly UniqueNames _names = new();

    private JobDefinitionConverter(TreeMap root, ProblemList problems)
    {
        _root = root;
        _global = root["global"] as TreeMap;
        _problems = problems;
    }

    public static bool Recognises(TreeMap root) =>
        root.Text("type") == "container" || (root["version"] is not null && root["ops"] is TreeList)
        || (root["ops"] as TreeList)?.Items.FirstOrDefault() is TreeMap first && first["op"] is null
            && first["type"] is not null;

    public static TreeMap Convert(TreeMap root, string name, ProblemList problems) =>
        new JobDefinitionConverter(root, problems).Convert(name);

    private TreeMap Convert(string name)
    {
        JobShapes.Job.Check(_root, "", _problems);
        foreach (var key in ForTheNetwork.Where(key => _root[key] is not null))
            _problems.Warn(key, _root[key]!.Place, $"`{key}` has no effect: it is for the network of Nosana only");
        var ops = new List<JobOp>();
        foreach (var (i, item) in _root.Items("ops").Take(FlowKeys.MaxSteps).Index())
        {
            if (Read(item, $"ops[{i}]") is not { } op) continue;
            if (ops.Exists(other => other.Id == op.Id))
                _problems.Add(op.Path + ".id", op.Map["id"]!.Place, $"the id `{op.Id}` stands already in this job");
            ops.Add(op);
        }

        var steps = Steps(ops).ToList();
        if (steps.Count == 0 && !_problems.HasErrors)
            _problems.Add("ops", (_root["ops"] ?? _root).Place, "the job has no op that runs in a container");
        return new NativeMap(_root.Place).Set("name", name)
            .Set("steps", Native.List(steps, _root["ops"]?.Place ?? _root.Place)).Build();
    }

    private JobOp? Read(TreeValue item, string path)
    {
        JobShapes.Op.Check(item, path, _problems);
        if (item is not TreeMap map || map.Text("id") is not { } id || map["args"] is not { } given) return null;
        if (id.Contains(' ')) _problems.Add(path + ".id", map["id"]!.Place, $"the id `{id}` holds a blank");
        var args = JobOperators.WriteOut(given, _problems);
        var isVolume = map.Text("type") == "container/create-volume";
        if (args is not null) (isVolume ? JobShapes.Volume : JobShapes.Run).Check(args, path + ".args", _problems);
        if (map["results"] is { } results)
            _problems.Warn(path + ".results", results.Place, "`results` has no effect yet: read the log");
        if (isVolume)
            _problems.Warn(path, map.Place, "volumes have no effect yet: each op has a workspace of its own");
        var group = (map["execution"] as TreeMap)?.Text("group") ?? id;
        return args is TreeMap known
            ? new JobOp(map, known, path) { Id = id, Group = group, IsVolume = isVolume, Name = _names.Step(id, "op") }
            : null;
    }

    private IEnumerable<TreeValue> Steps(List<JobOp> ops)
    {
        var literals = new JobLiterals(_global?["variables"] as TreeMap, _problems);
        var converter = new JobOpConverter(_global, literals, _problems);
        string[] before = [];
        foreach (var group in ops.GroupBy(op => op.Group).Select(g => g.ToList()))
        {
            var running = group.Where(op => !op.IsVolume).ToList();
            foreach (var op in running)
            {
                var step = new NativeMap(op.Map.Place).Set("name", Native.Text(op.Name, op.Map["id"]!.Place));
                if (op.Name != op.Id) step.Set("title", Native.Text(op.Id, op.Map["id"]!.Place));
                var needs = before.Concat(DependsOn(op, group)).Distinct().Select(n => Native.Text(n, op.Map.Place));
                step.Put("needs", Native.List(needs, op.Map.Place));
                step.Put("workspace", Native.Text("empty", op.Map.Place));
                if (converter.Convert(step, op)) yield return step.Build();
            }

            if (running.Count > 0) before = [.. running.Select(op => op.Name)];
        }
    }

    private IEnumerable<string> DependsOn(JobOp op, List<JobOp> group)
    {
        if (op.Map["execution"] is not TreeMap execution) yield break;
        if (execution["stop_if_dependent_stops"] is { } stop)
        {
            if (execution["depends_on"] is null)
                _problems.Add(op.Path, stop.Place, "`stop_if_dependent_stops` goes with `depends_on` only");
            _problems.Warn(op.Path, stop.Place, "`stop_if_dependent_stops` has no effect yet");
        }

        foreach (var id in execution.Items("depends_on"))
        {
            var other = group.Find(o => o.Id == id.AsText());
            if (other is null)
            {
                var known = group.Select(o => o.Id).ToList();
                _problems.Add(
                    op.Path + ".execution.depends_on", id.Place,
                    $"no op of the group `{op.Group}` has the id {id.Description}"
                    + Suggestion.DidYouMean(id.AsText() ?? "", known));
            }
            else if (!other.IsVolume)
            {
                _problems.Warn(
                    op.Path + ".execution.depends_on", id.Place, $"waits until `{other.Id}` has ended, not until it runs");
                yield return other.Name;
            }
        }
    }
}

/// <summary>An op as it was found.</summary>
/// <param name="Args">With operators written out.</param>
internal sealed record JobOp(TreeMap Map, TreeMap Args, string Path)
{
    public required string Id { get; init; }
    public required string Group { get; init; }
    public required string Name { get; init; }
    public bool IsVolume { get; init; }
}
