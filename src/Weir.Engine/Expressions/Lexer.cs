using System.Text;

namespace Weir.Engine.Expressions;

internal enum TokenKind
{
    End,
    Name,
    Member,
    Number,
    Text,
    Operator,
}

/// <param name="Position">0-based offset in the expression.</param>
internal readonly record struct Token(TokenKind Kind, string Value, int Position);

/// <param name="Position">0-based offset in the text that was given.</param>
internal sealed record ExpressionError(int Position, string Message);

/// <summary>Cuts an expression into tokens, the last of which is always <see cref="TokenKind.End"/>.</summary>
internal sealed class Lexer(string text)
{
    private static readonly string[] Operators =
        ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "(", ")", ",", "[", "]"];
    private readonly List<Token> _tokens = [];
    private int _at;

    public ExpressionError? Error { get; private set; }

    public IReadOnlyList<Token> Read()
    {
        while (Error is null)
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
            if (_at >= text.Length) break;
            ReadOne();
        }

        _tokens.Add(new Token(TokenKind.End, "", text.Length));
        return _tokens;
    }

    private void ReadOne()
    {
        var c = text[_at];
        if (char.IsAsciiLetter(c) || c == '_') Add(TokenKind.Name, _at, NameEnd(_at));
        else if (c == '.' && _at + 1 < text.Length && IsNamePart(text[_at + 1]))
            Add(TokenKind.Member, _at + 1, NameEnd(_at + 1));
        else if (char.IsAsciiDigit(c) || (c == '-' && _at + 1 < text.Length && char.IsAsciiDigit(text[_at + 1])))
            ReadNumber();
        else if (c == '\'') ReadText();
        else if (Array.Find(Operators, o => string.CompareOrdinal(text, _at, o, 0, o.Length) == 0) is { } found)
            Add(TokenKind.Operator, _at, _at + found.Length);
        else Error = new ExpressionError(_at, Explain(c));
    }

    private void ReadNumber()
    {
        var end = _at + 1;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.')) end++;
        if (ExpressionValue.TryParseNumber(text[_at..end], out _)) Add(TokenKind.Number, _at, end);
        else Error = new ExpressionError(_at, $"`{text[_at..end]}` is not a number");
    }

    private void ReadText()
    {
        var start = _at;
        var value = new StringBuilder();
        for (var i = start + 1; i < text.Length; i++)
        {
            if (text[i] != '\'')
            {
                value.Append(text[i]);
                continue;
            }

            if (i + 1 >= text.Length || text[i + 1] != '\'')
            {
                _tokens.Add(new Token(TokenKind.Text, value.ToString(), start));
                _at = i + 1;
                return;
            }

            value.Append('\'');
            i++;
        }

        Error = new ExpressionError(start, "the text that begins here has no closing quote (')");
    }

    private void Add(TokenKind kind, int start, int end)
    {
        _tokens.Add(new Token(kind, text[start..end], start));
        _at = end;
    }

    private int NameEnd(int from)
    {
        while (from < text.Length && IsNamePart(text[from])) from++;
        return from;
    }

    private static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';

    private static string Explain(char c) => c switch
    {
        '=' => "`=` is no operator: did you mean `==`?",
        '&' => "`&` is no operator: did you mean `&&`?",
        '|' => "`|` is no operator: did you mean `||`?",
        '"' => "texts stand in single quotes: 'text'",
        _ => $"unexpected `{c}`",
    };
}
