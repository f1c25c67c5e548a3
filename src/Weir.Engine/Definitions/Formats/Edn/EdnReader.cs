using System.Collections.Immutable;
using System.Text;

namespace Weir.Engine.Definitions.Formats.Edn;

/// <summary>
/// Reads EDN: every form of its specification, values in order, with line and column of each. The first mistake ends
/// the reading. Bounded in depth; the caller bounds the size.
/// </summary>
internal sealed class EdnReader
{
    public const int MaxDepth = YamlTreeReader.MaxDepth;
    private const string Closing = ")]}";
    private const string Ending = "()[]{}\";,";
    private readonly string _text;
    private readonly ProblemList _problems;
    private int _at;
    private int _line = 1;
    private int _lineStart;
    private bool _stopped;

    private EdnReader(string text, ProblemList problems)
    {
        _text = text;
        _problems = problems;
    }

    private Place Here => new(_line, _at - _lineStart + 1);

    private char Next => _at < _text.Length ? _text[_at] : '\0';

    /// <summary>Null when the text is no EDN or holds not exactly one value; the problems say why.</summary>
    public static EdnValue? ReadOne(string text, ProblemList problems)
    {
        var values = ReadAll(text, problems);
        if (values is null) return null;
        if (values.Count == 1) return values[0];
        if (values.Count == 0) problems.Add("", new Place(1, 1), "the file is empty");
        else problems.Add("", values[1].Place, "the file holds more than one value: one flow, one file");
        return null;
    }

    /// <summary>All values of the text; null when it is no EDN.</summary>
    public static IReadOnlyList<EdnValue>? ReadAll(string text, ProblemList problems)
    {
        var reader = new EdnReader(text, problems);
        var values = new List<EdnValue>();
        while (reader.ReadValue(0) is { } value) values.Add(value);
        if (!reader._stopped && reader._at < text.Length)
            reader.Stop(reader.Here, $"`{reader.Next}` closes nothing");
        return reader._stopped ? null : values;
    }

    /// <summary>Null at the end of the text, before a closing bracket, or after a mistake.</summary>
    private EdnValue? ReadValue(int depth)
    {
        while (!_stopped)
        {
            SkipBlank();
            if (_at >= _text.Length || Closing.Contains(Next)) return null;
            if (depth > MaxDepth)
            {
                Stop(Here, $"nested more than {MaxDepth} deep");
                return null;
            }

            if (Next != '#' || _at + 1 >= _text.Length || _text[_at + 1] != '_') return ReadForm(depth);
            var place = Here;
            _at += 2;
            if (ReadValue(depth + 1) is null) Stop(place, "nothing follows `#_` that it could leave out");
        }

        return null;
    }

    private EdnValue? ReadForm(int depth)
    {
        var place = Here;
        switch (Next)
        {
            case '(' or '[':
                var isVector = Next == '[';
                return ReadItems(depth, isVector ? ']' : ')') is { } items
                    ? new EdnSequence(items, isVector, place)
                    : null;
            case '{':
                return ReadItems(depth, '}') is { } entries ? MakeMap(entries, place) : null;
            case '"':
                return ReadText(place);
            case '\\':
                return Keep(EdnToken.Character(TakeCharacter(), place), place, "no character of EDN");
            case '#':
                return ReadDispatch(place, depth);
            default:
                return EdnToken.Read(TakeToken(), place) switch
                {
                    (null, var mistake) => Stop(place, mistake),
                    var (value, _) => value,
                };
        }
    }

    private ImmutableArray<EdnValue>? ReadItems(int depth, char end)
    {
        var place = Here;
        var open = Next;
        _at++;
        var items = ImmutableArray.CreateBuilder<EdnValue>();
        while (ReadValue(depth + 1) is { } item) items.Add(item);
        if (_stopped) return null;
        if (_at >= _text.Length)
        {
            Stop(place, $"`{open}` is never closed");
            return null;
        }

        if (Next != end)
        {
            Stop(Here, $"expected `{end}` for the `{open}` of line {place.Line}, found `{Next}`");
            return null;
        }

        _at++;
        return items.ToImmutable();
    }

    private EdnMap? MakeMap(ImmutableArray<EdnValue> items, Place place)
    {
        if (items.Length % 2 == 1)
        {
            Stop(items[^1].Place, "a map holds pairs: this key has no value");
            return null;
        }

        var entries = ImmutableArray.CreateBuilder<(EdnValue, EdnValue)>(items.Length / 2);
        var keys = new Dictionary<string, Place>();
        for (var i = 0; i < items.Length; i += 2)
        {
            if (!keys.TryAdd(EdnForm.Of(items[i]), items[i].Place))
                _problems.Add("", items[i].Place, $"the key `{EdnForm.Of(items[i])}` stands already in this map");
            entries.Add((items[i], items[i + 1]));
        }

        return new EdnMap(entries.MoveToImmutable(), place);
    }

    private EdnValue? ReadDispatch(Place place, int depth)
    {
        _at++;
        if (Next == '{')
        {
            if (ReadItems(depth, '}') is not { } items) return null;
            foreach (var twice in items.GroupBy(EdnForm.Of).Where(same => same.Count() > 1).Select(same => same.Last()))
                _problems.Add("", twice.Place, $"`{EdnForm.Of(twice)}` stands already in this set");
            return new EdnSet(items, place);
        }

        if (Next == '#')
        {
            var special = TakeToken();
            return special is "#Inf" or "#-Inf" or "#NaN"
                ? new EdnFloat(special[1..], false, place)
                : Stop(place, $"`#{special}` is no value of EDN");
        }

        var tag = TakeToken();
        if (!char.IsLetter(tag.FirstOrDefault()) || EdnToken.Read(tag, place).Value is not EdnSymbol)
            return Stop(place, $"`#{tag}` is no tag: a tag begins with a letter");
        return ReadValue(depth + 1) is { } value
            ? new EdnTagged(tag, value, place)
            : Stop(place, $"nothing follows the tag `#{tag}`");
    }

    private EdnText? ReadText(Place place)
    {
        var value = new StringBuilder();
        for (_at++; Next != '"'; _at++)
        {
            if (_at >= _text.Length)
            {
                Stop(place, "the text is never closed");
                return null;
            }

            NoteLine();
            if (Next != '\\')
            {
                value.Append(Next);
                continue;
            }

            var escape = Here;
            if (ReadEscape() is not { } c)
            {
                Stop(escape, "texts know the escapes \\t \\r \\n \\\\ \\\" \\b \\f and \\u with four digits");
                return null;
            }

            value.Append(c);
        }

        _at++;
        if (value.ToString().Contains('\0')) _problems.Add("", place, "a text must not hold the character NUL");
        return new EdnText(value.ToString(), place);
    }

    /// <summary>Leaves the last character of the escape as the next one.</summary>
    private char? ReadEscape()
    {
        _at++;
        if (Next == 'u' && _at + 4 < _text.Length && EdnToken.Hex(_text.AsSpan(_at + 1, 4)) is { } unit)
        {
            _at += 4;
            return unit;
        }

        return Next switch
        {
            't' => '\t',
            'r' => '\r',
            'n' => '\n',
            'b' => '\b',
            'f' => '\f',
            '\\' => '\\',
            '"' => '"',
            _ => null,
        };
    }

    /// <summary>From the backslash on: the character after it always belongs to it.</summary>
    private string TakeCharacter()
    {
        var start = _at++;
        if (_at < _text.Length) _at += char.IsHighSurrogate(Next) ? 2 : 1;
        _at = Math.Min(_at, _text.Length);
        if (_at - start == 2 && char.IsLetterOrDigit(_text[start + 1])) SkipToken();
        return _text[(start + 1).._at];
    }

    private string TakeToken()
    {
        var start = _at;
        if (Next == '#') _at++;
        SkipToken();
        return _text[start.._at];
    }

    private void SkipToken()
    {
        while (_at < _text.Length && !char.IsWhiteSpace(Next) && !Ending.Contains(Next) && Next != '\\') _at++;
    }

    private void SkipBlank()
    {
        for (; _at < _text.Length; _at++)
        {
            if (Next == ';')
            {
                while (_at < _text.Length && Next != '\n') _at++;
            }

            if (Next != ',' && !char.IsWhiteSpace(Next)) return;
            NoteLine();
        }
    }

    private void NoteLine()
    {
        if (Next != '\n') return;
        _line++;
        _lineStart = _at + 1;
    }

    private EdnValue? Keep(EdnValue? value, Place place, string otherwise) => value ?? Stop(place, $"this is {otherwise}");

    private EdnValue? Stop(Place place, string message)
    {
        if (!_stopped) _problems.Add("", place, $"this is not EDN: {message}");
        _stopped = true;
        return null;
    }
}
