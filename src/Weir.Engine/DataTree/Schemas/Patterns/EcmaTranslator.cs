using System.Globalization;
using System.Text;

namespace Weir.Engine.DataTree.Schemas.Patterns;

/// <param name="Text">The same pattern in the framework's dialect.</param>
/// <param name="Size">About how many states it has, with counted repeats written out.</param>
internal sealed record TranslatedPattern(string Text, int Size, PatternRefusal? Refusal);

/// <summary>
/// Reads a regular expression of ECMA-262 and writes it in the framework's dialect, where the two differ: anchors, the
/// meaning of <c>\d \w \s .</c>, characters beyond the first plane, classes, groups.
/// </summary>
internal sealed class EcmaTranslator(string source)
{
    private const int MaxNesting = 64;
    private const int MaxSize = 5000;

    private readonly StringBuilder _text = new();
    private readonly EscapeReader _escapes = new(source);
    private PatternRefusal? _syntax;
    private PatternRefusal? _unsupported;
    private int _at;
    private int _nesting;

    public TranslatedPattern Translate()
    {
        var size = ReadAlternatives();
        if (Ok && _at < source.Length) Syntax("this `)` closes nothing");
        if (Ok && size > MaxSize)
            _unsupported ??= new PatternRefusal(0, $"repeats so often that it has more than {MaxSize} states", false);
        return new TranslatedPattern(_text.ToString(), (int)Math.Min(size, int.MaxValue), _syntax ?? _unsupported);
    }

    private bool Ok => _syntax is null;

    private bool Has(char c) => _at < source.Length && source[_at] == c;

    /// <returns>The size of what was read.</returns>
    private double ReadAlternatives()
    {
        var size = 0.0;
        while (Ok && _at < source.Length && source[_at] != ')')
        {
            if (source[_at] != '|')
            {
                size += ReadTerm();
                continue;
            }

            _text.Append('|');
            _at++;
        }

        return size;
    }

    private double ReadTerm()
    {
        var start = _text.Length;
        var from = _at;
        var (size, repeatable) = ReadAtom();
        if (!Ok || !IsQuantifier(out var bounds)) return size;
        if (!repeatable)
        {
            Syntax("there is nothing to repeat here", from);
            return size;
        }

        _text.Insert(start, "(?:").Append(')').Append(source, _at, bounds.Length);
        _at += bounds.Length;
        if (Has('?'))
        {
            _text.Append('?');
            _at++;
        }

        return size * Math.Max(1, bounds.Repeats);
    }

    private (double Size, bool Repeatable) ReadAtom()
    {
        var c = source[_at];
        switch (c)
        {
            case '^' or '$':
                return Assertion(c == '^' ? @"\A" : @"\z", 1);
            case '(':
                return ReadGroup();
            case '[':
                return Write(ReadClass(out var negated), negated);
            case '.':
                _at++;
                return Write(EcmaClasses.LineEnds, negated: true);
            case '\\':
                return ReadEscape();
            case '*' or '+' or '?' or '{' or '}' or ']':
                Syntax(c is '*' or '+' or '?' ? "there is nothing to repeat here" : $"a `{c}` for itself is written `\\{c}`");
                return (0, false);
            default:
                var length = char.IsSurrogatePair(source, _at) ? 2 : 1;
                return Literal(char.ConvertToUtf32(source, _at), length);
        }
    }

    private (double Size, bool Repeatable) Literal(int codePoint, int length)
    {
        _at += length;
        var set = new CodePoints();
        set.Add(codePoint, codePoint);
        return Write(set, negated: false);
    }

    private (double Size, bool Repeatable) Write(CodePoints set, bool negated)
    {
        if (!Ok) return (0, false);
        var text = set.ToRegex(negated);
        _text.Append(text);
        return (1 + (text.Length / 64), true);
    }

    private (double Size, bool Repeatable) Assertion(string text, int length)
    {
        _text.Append(text);
        _at += length;
        return (1, false);
    }

    private (double Size, bool Repeatable) ReadGroup()
    {
        var start = _at;
        if (++_nesting > MaxNesting) Syntax($"groups are nested more than {MaxNesting} deep");
        if (!Ok) return (0, false);
        var isLook = ReadGroupStart();
        _text.Append("(?:");
        var size = ReadAlternatives();
        _text.Append(')');
        if (Ok && !Has(')')) Syntax("this `(` is not closed", start);
        _at++;
        _nesting--;
        return (size, !isLook);
    }

    /// <returns>Whether it is a look-ahead or look-behind.</returns>
    private bool ReadGroupStart()
    {
        var rest = source.AsSpan(_at + 1);
        foreach (var look in new[] { "?=", "?!", "?<=", "?<!" })
        {
            if (!rest.StartsWith(look)) continue;
            Unsupported($"look-around `({look}…)` cannot be matched in linear time");
            _at += 1 + look.Length;
            return true;
        }

        if (rest.StartsWith("?:")) _at += 3;
        else if (rest.StartsWith("?<") && rest.IndexOf('>') is > 2 and var end && IsName(rest[2..end])) _at += end + 2;
        else if (rest.StartsWith("?")) Syntax("there is no such group in ECMA-262");
        else _at++;
        return false;
    }

    private (double Size, bool Repeatable) ReadEscape()
    {
        if (_at + 1 < source.Length && source[_at + 1] is 'b' or 'B') return Assertion(source[_at..(_at + 2)], 2);
        if (_at + 1 < source.Length && source[_at + 1] is (>= '1' and <= '9') or 'k')
        {
            Unsupported("a back-reference cannot be matched in linear time");
            _at += 2;
            while (_at < source.Length && char.IsAsciiDigit(source[_at])) _at++;
            if (Has('<')) _at = Math.Max(_at, source.IndexOf('>', _at)) + 1;
            return (1, true);
        }

        return Write(ReadEscaped(inClass: false), negated: false);
    }

    private CodePoints ReadEscaped(bool inClass)
    {
        var escape = _escapes.Read(_at, inClass);
        if (escape.Refusal is { IsSyntax: true }) _syntax ??= escape.Refusal;
        else _unsupported ??= escape.Refusal;
        _at = escape.End;
        return escape.Set;
    }

    private CodePoints ReadClass(out bool negated)
    {
        var start = _at++;
        negated = Has('^');
        if (negated) _at++;
        var set = new CodePoints();
        while (Ok && !Has(']'))
        {
            if (_at >= source.Length) Syntax("this `[` is not closed", start);
            else ReadClassRange(set);
        }

        _at++;
        return set;
    }

    private void ReadClassRange(CodePoints set)
    {
        var from = _at;
        var low = ReadClassAtom();
        if (!Ok || !Has('-') || _at + 1 >= source.Length || source[_at + 1] == ']')
        {
            set.Add(low);
            return;
        }

        _at++;
        var high = ReadClassAtom();
        if (low.Single is not { } first || high.Single is not { } last) Syntax("a range goes from one character to another", from);
        else if (first > last) Syntax("this range is the wrong way round", from);
        else set.Add(first, last);
    }

    private CodePoints ReadClassAtom()
    {
        if (source[_at] == '\\') return ReadEscaped(inClass: true);
        var set = new CodePoints();
        var codePoint = char.ConvertToUtf32(source, _at);
        set.Add(codePoint, codePoint);
        _at += codePoint > char.MaxValue ? 2 : 1;
        return set;
    }

    private bool IsQuantifier(out (int Length, double Repeats) bounds)
    {
        bounds = (1, 1);
        if (Has('*') || Has('+') || Has('?')) return true;
        if (!Has('{')) return false;
        var end = source.IndexOf('}', _at);
        var parts = end < 0 ? [] : source[(_at + 1)..end].Split(',');
        if (parts.Length is 0 or > 2 || !IsCount(parts[0], out var least)) return false;
        var most = least;
        if (parts.Length == 2 && parts[1].Length > 0 && !IsCount(parts[1], out most)) return false;
        if (most < least) Syntax("this repeat is the wrong way round");
        if (Math.Max(least, most) > MaxSize)
            Unsupported($"a repeat of more than {MaxSize} times is too large");
        bounds = (end + 1 - _at, most + (parts is [_, ""] ? 1 : 0));
        return true;
    }

    private static bool IsCount(string text, out double count) =>
        double.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count);

    private static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (var c in name)
        {
            if (!char.IsLetterOrDigit(c) && c is not ('_' or '$')) return false;
        }

        return !char.IsAsciiDigit(name[0]);
    }

    private void Syntax(string message, int? position = null) =>
        _syntax ??= new PatternRefusal(position ?? _at, message, true);

    private void Unsupported(string message) => _unsupported ??= new PatternRefusal(_at, message, false);
}
