using System.Collections.Immutable;
using Weir.Engine.Expressions;

namespace Weir.Engine.Definitions.Formats.Nostromo;

/// <summary>
/// Turns a Nostromo flow (from EDN or JSON: one tree) into a native flow. Ops run one after another, each in an empty
/// workspace; ops that only compute are worked out here; ops that act on the host are refused.
/// </summary>
internal sealed class NostromoConverter
{
    private const int MaxOps = 1000;

    private static readonly ForeignKeys FlowKeys =
        new("id", "name", "description", "ops", "state", "results", "default-args", "allow-failure", "allow-failure?")
        {
            WithoutEffect = new()
            {
                ["execution-path"] = ": the order of the ops is the order in which they run",
                ["expires"] = ": give the flow a `timeout`",
                ["status"] = ": every run begins anew",
            },
        };

    private static readonly ForeignKeys OpKeys = new("op", "id", "args", "deps", "allow-failure", "allow-failure?");
    private readonly ProblemList _problems;
    private readonly TreeMap _root;
    private readonly FlowState _state;
    private readonly Queue<(TreeValue Op, string Path)> _open = new();
    private readonly UniqueNames _names = new();
    private readonly ContainerOps _containers;
    private readonly List<TreeValue> _steps = [];

    private NostromoConverter(TreeMap root, ProblemList problems)
    {
        _root = root;
        _problems = problems;
        _state = new FlowState(problems);
        _containers = new ContainerOps(problems);
    }

    public static TreeMap Convert(TreeMap root, string name, ProblemList problems) =>
        new NostromoConverter(root, problems).Convert(name);

    private TreeMap Convert(string name)
    {
        FlowKeys.Check(_root, "", _problems);
        foreach (var key in new[] { "state", "results" })
        {
            foreach (var (id, value) in _root.Entries(key)) _state.Set(id.Value, value);
        }

        EnqueueAll(_root["ops"], "ops");
        for (var n = 0; _open.TryDequeue(out var next); n++)
        {
            if (n < MaxOps)
            {
                Take(next.Op, next.Path, n);
                continue;
            }

            _problems.Add(next.Path, next.Op.Place, $"the flow has more than {MaxOps} ops");
            break;
        }

        if (_steps.Count == 0 && !_problems.HasErrors)
            _problems.Add("ops", (_root["ops"] ?? _root).Place, "the flow has no op that runs in a container");
        var secrets = new ForeignSecrets(_problems);
        secrets.AddList((_root["state"] as TreeMap)?["nosana/secrets"], "state.nosana/secrets");
        return new NativeMap(_root.Place).Set("name", name).Set("description", _root.Text("description"))
            .Set("secrets", secrets.Build()).Set("steps", Native.List(_steps, _root["ops"]?.Place ?? _root.Place)).Build();
    }

    private void EnqueueAll(TreeValue? ops, string path)
    {
        if (ops is not TreeList list)
        {
            _problems.Add(path, (ops ?? _root).Place, $"expected a list of ops, found {ops?.Description ?? "none"}");
            return;
        }

        foreach (var (i, op) in list.Items.Index()) _open.Enqueue((op, TreePath.Item(path, i)));
    }

    private void Take(TreeValue value, string path, int number)
    {
        if (value is not TreeMap op || op.Text("op") is not { } kind)
        {
            _problems.Add(path, value.Place, $"expected an op (`:op`, `:id`, `:args`), found {value.Description}");
            return;
        }

        OpKeys.Check(op, path, _problems);
        var id = op.Text("id") ?? $"op-{number + 1}";
        if (_state.Has(id))
        {
            _problems.Warn(path, op.Place, $"the state holds `{id}` already: the op never runs");
            return;
        }

        CheckDeps(op, path);
        var result = Run(op, kind, id, path);
        if (result is null && !_state.Has(id)) _state.Set(id, null);
        if (result is not null) Apply(result, id, path, 0);
    }

    /// <summary>What the op gives, where that is known now.</summary>
    private TreeValue? Run(TreeMap op, string kind, string id, string path)
    {
        var plain = OpNames.Plain(kind);
        var at = op["op"]!.Place;
        if (OpNames.IsContainer(kind)) return Contain(op, kind, id, path);
        if (OpNames.IsVolume(kind))
        {
            _problems.Warn(path, at, $"`{kind}` has no effect yet: steps share files as artifacts only");
            return Native.Text(id, op.Place);
        }

        if (plain == "flow") return Inner(op, path);
        if (OpNames.IsSilent(plain))
        {
            _problems.Warn(path, at, $"`{kind}` has no effect");
            return Native.Bare("null", op.Place);
        }

        if (PureOps.Names.Contains(plain)) return Compute(op, plain, path);
        var why = OpNames.WhyRefused(plain);
        _problems.Add(
            path + ".op", at, why is null ? $"unknown op `{kind}`{Suggestion.DidYouMean(kind, OpNames.All)}"
                : $"the op `{kind}` is refused: {why}");
        return null;
    }

    private TreeValue? Contain(TreeMap op, string kind, string id, string path)
    {
        var step = new NativeMap(op.Place);
        var name = _names.Step(id, $"op-{_steps.Count + 1}");
        step.Set("name", Native.Text(name, (op["id"] ?? op).Place));
        if (name != id) step.Set("title", Native.Text(id, (op["id"] ?? op).Place));
        var args = (op["args"] as TreeList)?.Items.FirstOrDefault() ?? op["args"];
        var defaults = (_root["default-args"] as TreeMap)?[kind] as TreeMap;
        if (_state.Resolve(With(defaults, args as TreeMap, op.Place), path + ".args") is not TreeMap known) return null;
        if (_containers.Convert(step, known, path + ".args") is not { } made) return null;
        var allow = op.Boolean("allow-failure") ?? op.Boolean("allow-failure?")
            ?? _root.Boolean("allow-failure") ?? _root.Boolean("allow-failure?");
        _steps.Add(allow == true ? made.Set("allow_failure", Native.Flag(true, op.Place)).Build() : made.Build());
        return null;
    }

    private static TreeMap With(TreeMap? defaults, TreeMap? args, Place place)
    {
        var own = args?.Entries ?? [];
        var others = (defaults?.Entries ?? []).Where(d => own.All(e => e.Key.Value != d.Key.Value));
        return new TreeMap([.. own, .. others], args?.Place ?? place);
    }

    /// <summary>Inner ops come after all others, and go through the same rules as they.</summary>
    private TreeText? Inner(TreeMap op, string path)
    {
        var args = (op["args"] as TreeList)?.Items.FirstOrDefault() ?? op["args"];
        if (args is not null && FlowState.KindOf(op["args"]!) is not null) args = _state.Resolve(op["args"]!, path);
        else if (args is not null && FlowState.KindOf(args) is not null) args = _state.Resolve(args, path);
        EnqueueAll((args as TreeMap)?["ops"], path + ".args.ops");
        return Native.Text("flow", op.Place);
    }

    private TreeValue? Compute(TreeMap op, string plain, string path)
    {
        var written = op["args"] ?? Native.List([], op.Place);
        if (_state.Resolve(written, path + ".args") is not { } args) return null;
        var isWhole = args is not TreeList || FlowState.KindOf(written) is not null;
        var items = isWhole ? [args] : ((TreeList)args).Items;
        if (plain == "str") return _state.Join(items, op, path + ".args");
        var (value, mistake) = PureOps.Evaluate(plain, items, op.Place);
        if (mistake is not null) _problems.Add(path + ".args", written.Place, mistake);
        return value;
    }

    /// <summary>A result may be an effect on the flow.</summary>
    private void Apply(TreeValue result, string id, string path, int depth)
    {
        var head = (result as TreeList)?.Items.FirstOrDefault() as TreeText;
        var items = head is null ? ImmutableArray<TreeValue>.Empty : ((TreeList)result).Items[1..];
        var effect = head?.Value.StartsWith("nos", StringComparison.Ordinal) == true ? OpNames.Plain(head.Value) : null;
        switch (effect)
        {
            case "fx-set" when depth < YamlTreeReader.MaxDepth:
                foreach (var item in items) Apply(item, id, path, depth + 1);
                break;
            case "flow" or "nodes":
                EnqueueAll((items.FirstOrDefault() as TreeMap)?["ops"], path + ".args.ops");
                break;
            case "set-global" when items is [TreeText key, var value]:
                _state.Set(key.Value, value);
                break;
            case "rerun":
                _problems.Warn(path, result.Place, "`rerun` has no effect: a run goes through its ops once");
                break;
            case "error" or "cmd-error":
                _problems.Add(path, result.Place, "this op fails the flow whenever it runs");
                break;
            case "future":
                _problems.Add(path, result.Place, "nothing can deliver to a flow from outside");
                break;
        }

        if (!_state.Has(id)) _state.Set(id, result);
    }

    /// <summary>The order of the ops is their only order, so a need that comes later can never be met.</summary>
    private void CheckDeps(TreeMap op, string path)
    {
        foreach (var (i, item) in op.Items("deps").Index())
        {
            var named = item is TreeList { Items: [_, TreeText inner, ..] } ? inner : item as TreeText;
            if (named is null || _state.Has(named.Value)) continue;
            _problems.Add($"{path}.deps[{i}]", item.Place, $"no op before this one is named `{named.Value}`");
        }
    }
}
