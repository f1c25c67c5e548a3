using System.Collections.Immutable;
using Weir.Engine.Expressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Weir.Engine.Definitions;

/// <summary>
/// Builds a tree from YAML events: anchors, aliases, merge keys (<c>&lt;&lt;</c>). Bounded against files that grow when
/// their aliases are written out: the weight of everything read, aliases counted in full, and the depth have limits.
/// </summary>
internal sealed class YamlTreeReader
{
    public const int MaxDepth = 64;
    private const long MaxWeight = 8 * 1024 * 1024;
    private readonly Parser _events;
    private readonly ProblemList _problems;
    private readonly string _text;
    private readonly Dictionary<AnchorName, TreeValue> _anchors = [];
    private long _weight;
    private bool _stopped;

    private YamlTreeReader(string text, ProblemList problems)
    {
        _text = text;
        _events = new Parser(new Scanner(new StringReader(text), skipComments: true));
        _problems = problems;
    }

    private ParsingEvent Current => _events.Current!;

    /// <summary>Null when the text is no YAML or too much; the problems say why.</summary>
    public static TreeValue? Read(string text, ProblemList problems)
    {
        var reader = new YamlTreeReader(text, problems);
        var root = reader.ReadDocument();
        return reader._stopped ? null : root;
    }

    private static TreeText Nothing(Place place) => new("", true, place);

    private TreeValue? ReadDocument()
    {
        Move();
        if (!Move() || Current is StreamEnd)
        {
            if (!_stopped) Stop(new Place(1, 1), "", "the file is empty");
            return null;
        }

        Move();
        var root = _stopped ? null : ReadValue("", 0);
        Move();
        if (Move() && Current is DocumentStart)
            Stop(PlaceOf(Current), "", "the file holds more than one document (`---`): one flow, one file");
        return root;
    }

    private bool Move()
    {
        if (_stopped) return false;
        try
        {
            return _events.MoveNext();
        }
        catch (YamlException error)
        {
            var tab = error.Message.Contains("tab", StringComparison.Ordinal) ? IndentingTab() : null;
            if (tab is { } place) Stop(place, "", "a tab indents this line: YAML is indented by spaces");
            else Stop(PlaceOf(error.Start), "", $"this is not YAML: {error.Message}");
            return false;
        }
        catch (Exception error) when (IsConfusion(error))
        {
            Stop(_events.Current is null ? new Place(1, 1) : PlaceOf(Current.End), "", "this is not YAML");
            return false;
        }
    }

    /// <summary>Reads the value that the current event begins and leaves the current event at its end.</summary>
    private TreeValue ReadValue(string path, int depth)
    {
        var place = PlaceOf(Current);
        if (depth > MaxDepth) Stop(place, path, $"nested more than {MaxDepth} deep");
        var anchor = Current is AnchorAlias or not NodeEvent ? AnchorName.Empty : ((NodeEvent)Current).Anchor;
        CheckTag(path);
        TreeValue value = Current switch
        {
            Scalar scalar => ReadText(scalar, path),
            AnchorAlias alias => ReadAlias(alias, path, depth),
            SequenceStart => ReadList(path, depth),
            MappingStart => ReadMap(path, depth),
            _ => Nothing(place),
        };
        if (!anchor.IsEmpty) _anchors[anchor] = value;
        return value;
    }

    private void CheckTag(string path)
    {
        if (Current is not NodeEvent { Tag.IsEmpty: false } tagged) return;
        if (tagged.Tag.IsNonSpecific || tagged.Tag.Value.StartsWith("tag:yaml.org,2002:", StringComparison.Ordinal))
            return;
        _problems.Add(path, PlaceOf(Current), $"the tag `{tagged.Tag.Value}` means nothing here");
    }

    private TreeText ReadText(Scalar scalar, string path)
    {
        var place = PlaceOf(scalar);
        var quotes = scalar.Style is ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted ? 1 : 0;
        var isAsWritten = scalar.Start.Line == scalar.End.Line
            && scalar.End.Column - scalar.Start.Column == scalar.Value.Length + 2 * quotes
            && (quotes == 1 || scalar.Style == ScalarStyle.Plain);
        var plain = scalar.Style == ScalarStyle.Plain && (scalar.Tag.IsEmpty || scalar.IsPlainImplicit);
        var text = new TreeText(scalar.Value, plain, place)
        {
            FirstCharacter = isAsWritten ? place with { Column = place.Column + quotes } : null,
        };
        if (text.Value.Contains('\0')) _problems.Add(path, place, "a text must not hold the character NUL");
        Spend(text, path);
        return text;
    }

    private TreeValue ReadAlias(AnchorAlias alias, string path, int depth)
    {
        var place = PlaceOf(alias);
        if (!_anchors.TryGetValue(alias.Value, out var value))
        {
            var known = _anchors.Keys.Select(a => a.Value).ToList();
            _problems.Add(
                path,
                place,
                $"no anchor `&{alias.Value}` stands before this{Suggestion.DidYouMean(alias.Value.Value, known)}");
            return Nothing(place);
        }

        if (depth + value.Height > MaxDepth) Stop(place, path, $"nested more than {MaxDepth} deep");
        Spend(value, path);
        return value;
    }

    private TreeList ReadList(string path, int depth)
    {
        var place = PlaceOf(Current);
        var items = ImmutableArray.CreateBuilder<TreeValue>();
        while (Move() && Current is not SequenceEnd) items.Add(ReadValue(TreePath.Item(path, items.Count), depth + 1));
        return new TreeList(items.ToImmutable(), place);
    }

    private TreeMap ReadMap(string path, int depth)
    {
        var place = PlaceOf(Current);
        var entries = new Dictionary<string, TreeEntry>();
        var merged = new List<TreeMap>();
        while (Move() && Current is not MappingEnd)
        {
            var key = ReadValue(path, depth + 1);
            if (!Move()) break;
            if (key is not TreeText text)
            {
                _problems.Add(path, key.Place, $"a key must be a text, found {key.Description}");
                ReadValue(path, depth + 1);
                continue;
            }

            var isMerge = text is { Plain: true, Value: "<<" };
            var value = ReadValue(isMerge ? path : TreePath.Key(path, text.Value), depth + 1);
            if (isMerge) AddMerged(value, merged, path);
            else if (!entries.TryAdd(text.Value, new TreeEntry(text, value)))
                ReportDuplicate(path, text, entries[text.Value].Key);
        }

        foreach (var entry in merged.SelectMany(m => m.Entries)) entries.TryAdd(entry.Key.Value, entry);
        return new TreeMap([.. entries.Values], place);
    }

    private void ReportDuplicate(string path, TreeText key, TreeText first) => _problems.Add(
        TreePath.Key(path, key.Value), key.Place, $"the key `{key.Value}` stands already at line {first.Place.Line}");

    private void AddMerged(TreeValue value, List<TreeMap> merged, string path)
    {
        IEnumerable<TreeValue> sources = value is TreeList list ? list.Items : [value];
        foreach (var source in sources)
        {
            if (source is TreeMap map) merged.Add(map);
            else _problems.Add(path, source.Place, $"`<<` merges a map or a list of maps, found {source.Description}");
        }
    }

    private void Spend(TreeValue value, string path)
    {
        _weight += value.Weight;
        if (_weight > MaxWeight) Stop(value.Place, path, "the file is too much when its aliases are written out");
    }

    private void Stop(Place place, string path, string message)
    {
        if (!_stopped) _problems.Add(path, place, message);
        _stopped = true;
    }

    // The parser throws these for some malformed texts that it did not expect.
    private static bool IsConfusion(Exception error) =>
        error is InvalidOperationException or ArgumentException or IndexOutOfRangeException;

    private Place? IndentingTab()
    {
        var line = 0;
        foreach (var text in _text.AsSpan().EnumerateLines())
        {
            line++;
            var indent = text.IndexOfAnyExcept(' ');
            if (indent >= 0 && text[indent] == '\t') return new Place(line, indent + 1);
        }

        return null;
    }

    private static Place PlaceOf(ParsingEvent parsed) => PlaceOf(parsed.Start);

    private static Place PlaceOf(Mark mark) => new((int)mark.Line, (int)mark.Column);
}
