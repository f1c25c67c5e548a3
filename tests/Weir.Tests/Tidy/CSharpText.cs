namespace Weir.Tests.Tidy;

/// <summary>C# source with comments and the insides of literals blanked out, place for place, and the comments
/// apart.</summary>
internal sealed class CSharpText
{
    private readonly string _source;
    private readonly char[] _code;
    private readonly List<Comment> _comments = [];
    private int _at;
    private int _line = 1;

    private CSharpText(string source)
    {
        _source = source;
        _code = source.ToCharArray();
    }

    public string Code { get; private set; } = "";
    public IReadOnlyList<Comment> Comments => _comments;

    public static CSharpText Read(string source)
    {
        var text = new CSharpText(source);
        text.Scan(stopAt: '\0');
        text.Code = new string(text._code);
        return text;
    }

    // Reads code up to the end, or up to the brace that closes an interpolation.
    private void Scan(char stopAt)
    {
        var depth = 0;
        while (_at < _source.Length)
        {
            var next = _source[_at];
            if (stopAt != '\0' && depth == 0 && next == stopAt) return;
            if (next == '{') depth++;
            if (next == '}') depth--;
            if (Starts("//")) LineComment();
            else if (Starts("/*")) BlockComment();
            else if (next == '\'') CharLiteral();
            else if (next is '"' or '$' or '@' && LiteralAhead() is { } literal) Literal(literal);
            else Step();
        }
    }

    private void LineComment()
    {
        var start = _at;
        while (_at < _source.Length && _source[_at] != '\n') Blank();
        _comments.Add(new Comment(_line, _source[start.._at]));
    }

    private void BlockComment()
    {
        var (start, line) = (_at, _line);
        while (_at < _source.Length && !Starts("*/")) Blank();
        Blank();
        Blank();
        _comments.Add(new Comment(line, _source[start..Math.Min(_at, _source.Length)]));
    }

    private void CharLiteral()
    {
        Blank();
        while (_at < _source.Length && _source[_at] is not ('\'' or '\n'))
        {
            if (_source[_at] == '\\') Blank();
            Blank();
        }

        Blank();
    }

    // How many $ and " begin the literal here, and whether it is verbatim; null for a lone $ or @.
    private (int Dollars, int Quotes, bool Verbatim)? LiteralAhead()
    {
        int at = _at, dollars = 0, quotes = 0;
        var verbatim = false;
        for (; at < _source.Length && _source[at] is '$' or '@'; at++)
        {
            if (_source[at] == '$') dollars++;
            else verbatim = true;
        }

        for (; at < _source.Length && _source[at] == '"'; at++) quotes++;
        return quotes == 0 ? null : (dollars, quotes, verbatim);
    }

    private void Literal((int Dollars, int Quotes, bool Verbatim) kind)
    {
        while (_source[_at] is '$' or '@') Blank();
        if (kind.Quotes == 2 || (kind.Quotes == 6 && !kind.Verbatim))
        {
            Blanks(kind.Quotes);
            return;
        }

        var raw = kind.Quotes >= 3 && !kind.Verbatim;
        var end = new string('"', raw ? kind.Quotes : 1);
        Blanks(raw ? kind.Quotes : 1);
        while (_at < _source.Length && !(Starts(end) && !(kind.Verbatim && Starts("\"\""))))
        {
            if (kind.Verbatim && Starts("\"\"")) Blanks(2);
            else if (!raw && !kind.Verbatim && _source[_at] == '\\') Blanks(2);
            else if (kind.Dollars > 0 && _source[_at] == '{') Interpolation(kind.Dollars, raw);
            else Blank();
        }

        Blanks(end.Length);
    }

    private void Interpolation(int dollars, bool raw)
    {
        var needed = raw ? dollars : 1;
        var braces = 0;
        while (_at + braces < _source.Length && _source[_at + braces] == '{') braces++;
        if (braces < needed || (!raw && braces % 2 == 0))
        {
            Blanks(braces);
            return;
        }

        Blanks(braces);
        Scan(stopAt: '}');
        Blanks(needed);
    }

    private bool Starts(string text) => string.CompareOrdinal(_source, _at, text, 0, text.Length) == 0;

    private void Step()
    {
        if (_source[_at] == '\n') _line++;
        _at++;
    }

    private void Blank()
    {
        if (_at >= _source.Length) return;
        if (_source[_at] != '\n') _code[_at] = ' ';
        Step();
    }

    private void Blanks(int count)
    {
        for (var i = 0; i < count; i++) Blank();
    }
}

internal sealed record Comment(int Line, string Text)
{
    public bool IsDocumentation => Text.StartsWith("///", StringComparison.Ordinal);
}
