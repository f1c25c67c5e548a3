using System.Text.Json;
using Weir.Engine.DataTree.Schemas.Values;

namespace Weir.Engine.DataTree.Schemas.Evaluating;

/// <summary>
/// One check of one value. Valid values, the usual case, are checked silently and stop at the first failure; only
/// then a second pass keeps paths and makes messages. Steps are counted, since a small schema can ask for endless
/// work.
/// </summary>
internal sealed class Evaluation
{
    // Deep enough for any value with the JSON reader's 64 levels, and far from the end of a small thread's stack.
    private const int MaxLevels = 512;

    private readonly SchemaLimits _limits;
    private readonly List<string> _path;
    private readonly List<SchemaViolation> _violations;
    private DynamicScope? _scope;
    private bool _silent;
    private long _steps;
    private int _level;

    private Evaluation(SchemaLimits limits, bool silent)
    {
        (_limits, _silent) = (limits, silent);
        (_path, _violations) = silent ? (Nothing.Path, Nothing.Violations) : ([], []);
    }

    /// <summary>Whether the limits ended the check; its verdict then says nothing.</summary>
    public bool Exhausted { get; private set; }

    public IReadOnlyList<SchemaViolation> Violations => _violations;

    /// <summary>Whether a failure is all that is asked for, so that a loop may end at the first.</summary>
    public bool IsBrief => _silent || Exhausted || _violations.Count >= _limits.MaxReported;

    public static Evaluation Silently(SchemaLimits limits) => new(limits, silent: true);

    public static Evaluation Reporting(SchemaLimits limits) => new(limits, silent: false);

    public bool Passes(SchemaNode root, JsonElement value) => Check(root, value, null) && !Exhausted;

    public bool Check(SchemaNode node, JsonElement value, Evaluated? evaluated)
    {
        if (!Charge(1)) return false;
        if (node.Verdict is { } verdict) return verdict || Fail(node.Place, "nothing may stand here");
        if (_level >= MaxLevels) return Exhaust();
        var outer = _scope;
        if (outer is null || !ReferenceEquals(outer.Resource, node.Resource))
            _scope = new DynamicScope(node.Resource, outer);
        _level++;
        var holds = CheckKeywords(node, value, evaluated);
        _level--;
        _scope = outer;
        return holds;
    }

    /// <summary>Checks without a word, whatever the pass.</summary>
    public bool CheckSilently(SchemaNode node, JsonElement value, Evaluated? evaluated)
    {
        var silent = _silent;
        _silent = true;
        var holds = Check(node, value, evaluated);
        _silent = silent;
        return holds;
    }

    public bool CheckMember(SchemaNode node, JsonProperty member)
    {
        if (_silent) return Check(node, member.Value, null);
        _path.Add(member.Name);
        var holds = Check(node, member.Value, null);
        _path.RemoveAt(_path.Count - 1);
        return holds;
    }

    public bool CheckItem(SchemaNode node, JsonElement item, int index)
    {
        if (_silent) return Check(node, item, null);
        _path.Add(index.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var holds = Check(node, item, null);
        _path.RemoveAt(_path.Count - 1);
        return holds;
    }

    /// <summary>The violations of one schema alone, with pointers from this value on; nothing is reported.</summary>
    public IReadOnlyList<SchemaViolation> Explore(SchemaNode node, JsonElement value)
    {
        var before = _violations.Count;
        Check(node, value, null);
        var found = _violations[before..];
        _violations.RemoveRange(before, found.Count);
        var here = Pointer().Length;
        return [.. found.Select(violation => violation with { Instance = violation.Instance[here..] })];
    }

    public SchemaNode? Outermost(string anchor) => _scope?.Outermost(anchor);

    /// <summary>Takes steps from what is left.</summary>
    /// <returns>False when there are too few: then the check is over.</returns>
    public bool Charge(long steps)
    {
        _steps += steps;
        return !Exhausted && (_steps <= _limits.MaxSteps || Exhaust());
    }

    /// <returns>False, for the caller to return.</returns>
    public bool Fail(string place, Assertion assertion, JsonElement value) =>
        !IsBrief && Fail(place, assertion.Explain(value));

    /// <inheritdoc cref="Fail(string, Assertion, JsonElement)"/>
    public bool Fail(string place, string message)
    {
        if (!IsBrief) _violations.Add(new SchemaViolation(Pointer(), place, message));
        return false;
    }

    private bool CheckKeywords(SchemaNode node, JsonElement value, Evaluated? evaluated)
    {
        var own = node.TracksEvaluated ? new Evaluated() : evaluated;
        var holds = true;
        foreach (var keyword in node.Keywords)
        {
            if (Charge(1) && keyword.Check(this, value, own)) continue;
            holds = false;
            if (IsBrief) return false;
        }

        if (node.TracksEvaluated) evaluated?.Merge(own!);
        return holds;
    }

    private bool Exhaust()
    {
        Exhausted = true;
        return false;
    }

    /// <summary>What silent checks share, since they write to neither.</summary>
    private static class Nothing
    {
        public static readonly List<string> Path = [];
        public static readonly List<SchemaViolation> Violations = [];
    }

    private string Pointer() => string.Concat(_path.Select(segment => "/" + JsonPointer.Escape(segment)));
}
