using System.Text.RegularExpressions;

namespace Weir.Tests.Tidy;

internal enum DeclarationKind
{
    Type,
    Method,
    Other,
}

/// <summary>A type or a member: its name, its lines, what stands before its body, and what stands in it.</summary>
internal sealed record Declaration(DeclarationKind Kind, string Name, string Header, int FirstLine, int LastLine)
{
    /// <summary>class, struct, interface, record or enum.</summary>
    public string Keyword { get; init; } = "";
    public string? Parent { get; init; }

    /// <summary>Of a method, constructor or primary constructor; −1 when it takes no list.</summary>
    public int Parameters { get; init; } = -1;
    public int Lines => LastLine - FirstLine + 1;
}

/// <summary>Finds types and members by their braces, brackets and semicolons; knows no more of the language than
/// that.</summary>
internal sealed partial class CSharpMembers
{
    private readonly string _code;
    private readonly List<Declaration> _found = [];

    private CSharpMembers(string code) => _code = code;

    /// <param name="code">Source without comments and literals, as <see cref="CSharpText"/> leaves it.</param>
    public static IReadOnlyList<Declaration> Find(string code)
    {
        var members = new CSharpMembers(PreprocessorLine().Replace(code, match => new string(' ', match.Length)));
        members.Read(0, code.Length, parent: null);
        return members._found;
    }

    private void Read(int from, int to, string? parent)
    {
        var at = from;
        while ((at = SkipBlank(at, to)) < to)
        {
            var end = EndOfMember(at, to, out var bodyAt, out var bodyEnd);
            Take(at, end, (bodyAt, bodyEnd), parent);
            at = end;
        }
    }

    private void Take(int at, int end, (int At, int End) body, string? parent)
    {
        var header = WithoutAttributes(_code[at..HeaderEnd(at, end)]);
        var start = at + (_code[at..end].Length - _code[at..end].TrimStart().Length);
        if (TypeHeader().Match(header) is { Success: true } type)
        {
            var name = type.Groups["name"].Value;
            Add(DeclarationKind.Type, name, header, (start, end), parent, type.Groups["keyword"].Value.Split(' ')[0]);
            if (body.At > 0 && type.Groups["keyword"].Value != "enum") Read(body.At + 1, body.End, name);
        }
        else if (parent is null && header.TrimStart().StartsWith("namespace", StringComparison.Ordinal))
        {
            if (body.At > 0) Read(body.At + 1, body.End, null);
        }
        else if (parent is not null && MethodHeader().Match(header) is { Success: true } method)
        {
            Add(DeclarationKind.Method, method.Groups["name"].Value, header, (start, end), parent, "");
        }
        else if (parent is not null)
        {
            Add(DeclarationKind.Other, header.Trim().Split(' ')[^1], header, (start, end), parent, "");
        }
    }

    private void Add(
        DeclarationKind kind, string name, string header, (int At, int End) place, string? parent, string keyword) =>
        _found.Add(new Declaration(kind, name, header.Trim(), LineOf(place.At), LineOf(place.End - 1))
        {
            Parent = parent, Keyword = keyword, Parameters = CountParameters(header),
        });

    // A member ends at a semicolon outside all brackets, or behind its body when nothing is assigned to or after it.
    private int EndOfMember(int at, int to, out int bodyAt, out int bodyEnd)
    {
        (bodyAt, bodyEnd) = (-1, -1);
        var depth = 0;
        var assigned = false;
        for (var i = at; i < to; i++)
        {
            var next = _code[i];
            if (next is '(' or '[' or '{')
            {
                if (next == '{' && depth == 0 && !assigned && bodyAt < 0) bodyAt = i;
                depth++;
            }
            else if (next is ')' or ']' or '}')
            {
                depth--;
                if (depth != 0 || next != '}' || assigned) continue;
                bodyEnd = i;
                var after = SkipBlank(i + 1, to);
                if (after < to && _code[after] == '=') assigned = true;
                else return i + 1;
            }
            else if (depth == 0 && next == '=' && !IsComparison(i))
            {
                assigned = true;
            }
            else if (depth == 0 && next == ';')
            {
                return i + 1;
            }
        }

        return to;
    }

    private int HeaderEnd(int at, int end)
    {
        var depth = 0;
        for (var i = at; i < end; i++)
        {
            if (_code[i] is '(' or '[') depth++;
            if (_code[i] is ')' or ']') depth--;
            if (depth == 0 && (_code[i] is '{' or ';' || (_code[i] == '=' && !IsComparison(i)))) return i;
        }

        return end;
    }

    // operator ==, <=, >= and != in the name of an operator
    private bool IsComparison(int at) =>
        (at > 0 && _code[at - 1] is '=' or '!' or '<' or '>') || (at + 1 < _code.Length && _code[at + 1] == '=');

    private int SkipBlank(int at, int to)
    {
        while (at < to && char.IsWhiteSpace(_code[at])) at++;
        return at;
    }

    private int LineOf(int place) => _code.AsSpan(0, Math.Min(place, _code.Length)).Count('\n') + 1;

    private static int CountParameters(string header)
    {
        var open = header.IndexOf('(');
        if (open < 0) return -1;
        int depth = 0, count = 0;
        var any = false;
        foreach (var next in header[open..])
        {
            if (next is '(' or '[' or '<') depth++;
            if (next is ')' or ']' or '>') depth--;
            if (depth == 0) break;
            if (depth == 1 && next == ',') count++;
            if (!char.IsWhiteSpace(next) && next != '(') any = true;
        }

        return any ? count + 1 : 0;
    }

    private static string WithoutAttributes(string header)
    {
        var rest = header.TrimStart();
        while (rest.StartsWith('['))
        {
            var depth = 0;
            var end = 0;
            for (; end < rest.Length; end++)
            {
                if (rest[end] == '[') depth++;
                if (rest[end] == ']' && --depth == 0) break;
            }

            rest = end + 1 >= rest.Length ? "" : rest[(end + 1)..].TrimStart();
        }

        return rest;
    }

    [GeneratedRegex(
        @"^(?:[\w\s]*\s)?(?<keyword>class|struct|interface|enum|record struct|record class|record)\s+(?<name>\w+)")]
    private static partial Regex TypeHeader();

    [GeneratedRegex(
        @"(?<name>operator\s*[^\s(]+|"
        + @"(?!(?:public|private|internal|protected|static|async|override|readonly|partial)\b)[\w~]+)"
        + @"\s*(<[\w\s,]*>)?\s*\(")]
    private static partial Regex MethodHeader();

    [GeneratedRegex(@"^[ \t]*#.*$", RegexOptions.Multiline)]
    private static partial Regex PreprocessorLine();
}
