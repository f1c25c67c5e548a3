using System.Globalization;
using Weir.Contracts.Problems;
using Weir.Engine.DataTree.Schemas.Patterns;
using Weir.Engine.Storage;

namespace Weir.Engine.DataTree;

/// <summary>A query of nodes: what stores answer by their indexes, and what is looked at node by node.</summary>
public sealed record NodeSearch
{
    public required NodeQuery Query { get; init; }

    /// <summary>Matching nodes to pass over.</summary>
    public int Offset { get; init; }
    public bool WithTotal { get; init; }
    internal IReadOnlyList<NodeCondition> Conditions { get; init; } = [];
}

/// <summary>
/// Reads the query language of the data tree: <c>field=value</c>, dots for what is within, <c>field__op=value</c>.
/// A field may come several times; all must hold, except that several <c>path</c> make up one path.
/// </summary>
public sealed class NodeSearchReader
{
    private const int MaxConditions = 32;
    private const int MaxValue = 1_024;
    private static readonly string[] Plain = ["id", "name", "kind", "parent", "owner", "created", "namespace"];
    private static readonly string[] Within = ["data", "artifacts", "task"];
    private readonly List<Problem> _problems = [];
    private readonly List<NodeCondition> _conditions = [];
    private readonly List<string> _path = [];
    private NodeQuery _query = new();

    /// <summary>All problems when there are any; else the search.</summary>
    /// <param name="fields">The conditions, without what asks for pages and order.</param>
    /// <param name="namespace">The one to search; null = all.</param>
    public static (NodeSearch? Search, IReadOnlyList<Problem> Problems) Read(
        IEnumerable<KeyValuePair<string, string>> fields, string? @namespace)
    {
        var reader = new NodeSearchReader { _query = new NodeQuery { Namespace = @namespace } };
        foreach (var (field, value) in fields) reader.Add(field, value);
        if (reader._path.Count > 0)
        {
            reader._query = reader._query with
            {
                Path = NodePath.Write(reader._path),
            };
        }

        if (reader._conditions.Count > MaxConditions)
            reader._problems.Add(new Problem("", 0, 0, $"at most {MaxConditions} conditions"));
        return reader._problems.Count > 0
            ? (null, reader._problems)
            : (new NodeSearch { Query = reader._query, Conditions = reader._conditions }, []);
    }

    private void Add(string field, string value)
    {
        var parts = field.Split("__");
        var names = parts[0].Split('.');
        if (!Plain.Contains(parts[0]) && !Within.Contains(names[0]) && parts[0] != "path") Unknown(parts[0]);
        else if (names.Contains("")) Wrong(field, "a name is missing beside a dot");
        else if (value.Length > MaxValue) Wrong(field, $"at most {MaxValue} characters");
        else if (OperatorOf(field, parts[1..], value) is { } condition) Add(names, condition, value);
    }

    private void Add(string[] names, NodeOperator condition, string value)
    {
        if (condition == NodeOperator.Eq && TryIndex(names, value)) return;
        if (names is ["created"] && TryCreated(condition, value)) return;
        var values = condition is NodeOperator.In or NodeOperator.Nin ? value.Split(',') : [value];
        if (condition == NodeOperator.Exists && value is not ("true" or "false"))
            Wrong(string.Join('.', names), "`exists` is true or false");
        _conditions.Add(new NodeCondition(names, condition, values)
        {
            Pattern = condition == NodeOperator.Re ? PatternOf(names, value) : null,
        });
    }

    /// <summary>True when a store can answer it; a second value for the same field is left to be compared.</summary>
    private bool TryIndex(string[] names, string value)
    {
        switch (names)
        {
            case ["path"]:
                _path.Add(value);
                return true;
            case ["name"] when _query.Name is null:
                _query = _query with { Name = value };
                return true;
            case ["kind"] when _query.Kind is null:
                _query = _query with { Kind = value };
                return true;
            case ["owner"] when _query.Owner is null:
                _query = _query with { Owner = value };
                return true;
            case ["parent"] when value == "null":
                _query = _query with { RootsOnly = true };
                return true;
            case ["parent"] when _query.Parent is null:
                _query = _query with { Parent = value };
                return true;
            default:
                return false;
        }
    }

    /// <summary>Ids begin with the time, so a time is a range of ids.</summary>
    private bool TryCreated(NodeOperator condition, string value)
    {
        if (!DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
        {
            Wrong("created", $"`{value}` is not an instant such as 2026-01-31T12:00:00Z");
            return true;
        }

        var exact = DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());
        var next = exact.AddMilliseconds(1);
        switch (condition)
        {
            case NodeOperator.Gte:
                From(exact == at ? exact : next);
                return true;
            case NodeOperator.Gt:
                From(next);
                return true;
            case NodeOperator.Lt:
                Until(exact == at ? exact : next);
                return true;
            case NodeOperator.Lte:
                Until(next);
                return true;
            case NodeOperator.Eq:
                From(exact);
                Until(next);
                return true;
            default:
                Wrong("created", "a time is compared by lt, lte, gt, gte or as it is");
                return true;
        }
    }

    // "after" leaves its own id out, so it is the last id of the millisecond before
    private void From(DateTimeOffset at)
    {
        var last = NodeIds.FirstAt(at.AddMilliseconds(-1))[..12] + new string('f', 12);
        if (string.CompareOrdinal(last, _query.After) > 0) _query = _query with { After = last };
    }

    private void Until(DateTimeOffset at)
    {
        var first = NodeIds.FirstAt(at);
        if (_query.Before is null || string.CompareOrdinal(first, _query.Before) < 0)
            _query = _query with { Before = first };
    }

    private NodeOperator? OperatorOf(string field, string[] words, string value)
    {
        if (words is ["int", ..])
        {
            words = words[1..];
            if (!value.Split(',').All(one => long.TryParse(one, CultureInfo.InvariantCulture, out _)))
                Wrong(field, $"`{value}` is not a whole number");
        }

        switch (words)
        {
            case []:
                return NodeOperator.Eq;
            case [var word] when Enum.TryParse<NodeOperator>(word, ignoreCase: true, out var found)
                && word.All(char.IsAsciiLetterLower):
                return found;
            default:
                Wrong(field, $"`{string.Join("__", words)}` is none of lt, lte, gt, gte, ne, re, in, nin, exists");
                return null;
        }
    }

    private LinearPattern? PatternOf(string[] names, string pattern)
    {
        var (compiled, refusal) = LinearPattern.Compile(pattern);
        if (refusal is not null) Wrong(string.Join('.', names) + "__re", $"the pattern {refusal.Message}");
        return compiled;
    }

    private void Unknown(string field) => Wrong(
        field, $"a node has no such field: {string.Join(", ", Plain)}, path, and within {string.Join(", ", Within)}");

    private void Wrong(string field, string message) => _problems.Add(new Problem(field, 0, 0, message));
}
