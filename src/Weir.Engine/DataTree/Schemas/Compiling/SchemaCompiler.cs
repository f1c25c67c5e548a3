using System.Text.Json;
using Weir.Engine.DataTree.Schemas.Evaluating;
using Weir.Engine.DataTree.Schemas.Patterns;

namespace Weir.Engine.DataTree.Schemas.Compiling;

/// <summary>
/// Turns documents into the graph of schemas that is evaluated. Schemas are compiled from a queue when a keyword or a
/// reference reaches them, so that neither circles nor long chains of references matter.
/// </summary>
internal sealed class SchemaCompiler
{
    private const int MaxPatternStates = 10_000;

    private readonly ProblemList _problems;
    private readonly SchemaLibrary _library;
    private readonly Dictionary<string, SchemaNode> _nodes = new(StringComparer.Ordinal);
    private readonly Queue<(SchemaNode Node, SchemaPlace Place)> _open = new();
    private int _patternStates;

    /// <param name="isTrusted">For the meta-schemas, which cannot be checked before they are there.</param>
    public SchemaCompiler(SchemaOptions options, bool isTrusted = false)
    {
        Options = options;
        _problems = new ProblemList(options.Limits.MaxReported);
        _library = new SchemaLibrary(options, _problems) { IsTrusted = isTrusted };
    }

    public ProblemList Problems => _problems;

    public SchemaOptions Options { get; }

    public SchemaLibrary Library => _library;

    public SchemaCompilation Compile(JsonElement schema)
    {
        var root = Build(schema);
        return _problems.IsEmpty
            ? new SchemaCompilation(new JsonSchema(root, Options.Limits), [])
            : new SchemaCompilation(null, _problems.All);
    }

    public bool HasRoomForPatterns => _patternStates <= MaxPatternStates;

    /// <summary>Making the automaton of a pattern takes time, so their number is limited by their size.</summary>
    public void Count(LinearPattern pattern)
    {
        _patternStates += pattern.Size;
        if (!HasRoomForPatterns)
            _problems.Once("#", $"has too many or too large patterns: more than {MaxPatternStates} states together");
    }

    public SchemaNode Node(SchemaPlace place)
    {
        var key = $"{place.Document.Uri}#{place.Pointer}";
        if (_nodes.TryGetValue(key, out var known)) return known;
        var verdict = place.Element.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => (bool?)null,
        };
        var node = new SchemaNode(place.Label, place.Resource.Resource) { Verdict = verdict };
        _nodes.Add(key, node);
        if (verdict is null && _library.Has(place)) _open.Enqueue((node, place));
        return node;
    }

    private SchemaNode Build(JsonElement schema)
    {
        var root = Node(_library.AddRoot(schema));
        var reader = new KeywordReader(this);
        do
        {
            while (_open.TryDequeue(out var next))
            {
                next.Node.Keywords = [.. reader.Read(next.Place)];
                next.Node.TracksEvaluated = next.Node.Keywords.Any(KeywordReader.AsksForEvaluated);
            }

            foreach (var resource in _library.TakeAdded())
            {
                foreach (var anchor in resource.DynamicAnchors)
                    resource.Resource.DynamicAnchors[anchor] = Node(resource.Anchors[anchor]);
            }
        }
        while (_open.Count > 0);

        foreach (var loop in EndlessLoops.Find(_nodes.Values))
            _problems.Add(loop[0], $"refers to itself without end: {string.Join(" → ", loop)}");
        return root;
    }
}
