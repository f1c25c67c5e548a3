using System.Collections.Immutable;
using System.Globalization;

namespace Weir.Engine.Expressions;

/// <summary>A parsed expression, or the first thing that is wrong with it: exactly one of the two.</summary>
internal sealed record ParsedExpression(ExpressionNode? Node, ExpressionError? Error);

/// <summary>
/// Precedence, weakest first: <c>||</c>, <c>&amp;&amp;</c>, equality, order, <c>!</c>. Everything of one level groups
/// to the left.
/// </summary>
internal sealed class ExpressionParser
{
    public const int MaxLength = 4096;
    private const int MaxDepth = 32;
    private const int MaxNodes = 500;
    private static readonly string[][] Levels = [["||"], ["&&"], ["==", "!="], ["<", "<=", ">", ">="]];
    private readonly IReadOnlyList<Token> _tokens;
    private ExpressionError? _error;
    private int _at;
    private int _depth;
    private int _nodes;

    private ExpressionParser(IReadOnlyList<Token> tokens) => _tokens = tokens;

    private Token Current => _tokens[_at];

    public static ParsedExpression Parse(string text)
    {
        if (text.Length > MaxLength) return Failed(0, $"the expression is longer than {MaxLength} characters");
        var lexer = new Lexer(text);
        var tokens = lexer.Read();
        if (lexer.Error is not null) return new ParsedExpression(null, lexer.Error);
        if (tokens.Count == 1) return Failed(0, "the expression is empty");
        var parser = new ExpressionParser(tokens);
        var node = parser.ParseLevel(0);
        if (parser._error is null && parser.Current.Kind != TokenKind.End)
            parser.Fail($"unexpected {Describe(parser.Current)}");
        return parser._error is { } error ? new ParsedExpression(null, error) : new ParsedExpression(node, null);
    }

    private ExpressionNode ParseLevel(int level)
    {
        if (level == Levels.Length) return ParseUnary();
        var left = ParseLevel(level + 1);
        while (_error is null && Current.Kind == TokenKind.Operator && Levels[level].Contains(Current.Value))
        {
            var op = Take();
            left = Count(new ExpressionNode.Binary(op.Value, left, ParseLevel(level + 1), op.Position));
        }

        return left;
    }

    private ExpressionNode ParseUnary()
    {
        if (++_depth > MaxDepth) Fail($"the expression is nested more than {MaxDepth} deep");
        var node = _error is not null ? Nothing()
            : IsOperator("!") ? ParseNot()
            : IsOperator("(") ? ParseParenthesis()
            : ParsePrimary();
        _depth--;
        return node;
    }

    private ExpressionNode ParseNot()
    {
        var op = Take();
        return Count(new ExpressionNode.Not(ParseUnary(), op.Position));
    }

    private ExpressionNode ParseParenthesis()
    {
        Take();
        var inner = ParseLevel(0);
        Expect(")");
        return inner;
    }

    private ExpressionNode ParsePrimary()
    {
        var token = Take();
        switch (token.Kind)
        {
            case TokenKind.Text:
                return Count(new ExpressionNode.Literal(ExpressionValue.Of(token.Value), token.Position));
            case TokenKind.Number:
                var number = decimal.Parse(token.Value, CultureInfo.InvariantCulture);
                return Count(new ExpressionNode.Literal(ExpressionValue.Of(number), token.Position));
            case TokenKind.Name when token.Value is "true" or "false":
                return Count(new ExpressionNode.Literal(ExpressionValue.Of(token.Value == "true"), token.Position));
            case TokenKind.Name when token.Value == "null":
                return Count(new ExpressionNode.Literal(ExpressionValue.Null, token.Position));
            case TokenKind.Name:
                return IsOperator("(") ? ParseCall(token) : ParsePath(token);
            default:
                Fail($"expected a value, found {Describe(token)}", token.Position);
                return Nothing();
        }
    }

    private ExpressionNode ParseCall(Token name)
    {
        Take();
        var arguments = ImmutableArray.CreateBuilder<ExpressionNode>();
        if (!IsOperator(")"))
        {
            arguments.Add(ParseLevel(0));
            while (_error is null && IsOperator(","))
            {
                Take();
                arguments.Add(ParseLevel(0));
            }
        }

        Expect(")");
        return Count(new ExpressionNode.Call(name.Value, arguments.ToImmutable(), name.Position));
    }

    private ExpressionNode ParsePath(Token root)
    {
        var segments = ImmutableArray.CreateBuilder<PathSegment>();
        segments.Add(new PathSegment(root.Value, root.Position));
        while (_error is null)
        {
            if (Current.Kind == TokenKind.Member)
            {
                var member = Take();
                segments.Add(new PathSegment(member.Value, member.Position));
            }
            else if (IsOperator("["))
            {
                Take();
                var key = Take();
                if (key.Kind is not (TokenKind.Text or TokenKind.Number))
                    Fail(
                        $"expected a name in single quotes or a number between [ ], found {Describe(key)}",
                        key.Position);
                segments.Add(new PathSegment(key.Value, key.Position));
                Expect("]");
            }
            else
            {
                break;
            }
        }

        return Count(new ExpressionNode.Path(segments.ToImmutable(), root.Position));
    }

    private bool IsOperator(string value) => Current.Kind == TokenKind.Operator && Current.Value == value;

    private Token Take()
    {
        var token = Current;
        if (token.Kind != TokenKind.End) _at++;
        return token;
    }

    private void Expect(string value)
    {
        if (_error is not null) return;
        if (IsOperator(value)) Take();
        else Fail($"expected `{value}`, found {Describe(Current)}");
    }

    private ExpressionNode Count(ExpressionNode node)
    {
        if (++_nodes > MaxNodes) Fail($"the expression has more than {MaxNodes} parts", node.Position);
        return node;
    }

    private void Fail(string message, int? position = null) =>
        _error ??= new ExpressionError(position ?? Current.Position, message);

    private static ExpressionNode.Literal Nothing() => new(ExpressionValue.Null, 0);

    private static ParsedExpression Failed(int position, string message) =>
        new(null, new ExpressionError(position, message));

    private static string Describe(Token token) => token.Kind switch
    {
        TokenKind.End => "the end",
        TokenKind.Text => $"the text '{token.Value}'",
        TokenKind.Name when token.Value == "and" => "`and`: did you mean `&&`?",
        TokenKind.Name when token.Value == "or" => "`or`: did you mean `||`?",
        TokenKind.Member => $"`.{token.Value}`",
        _ => $"`{token.Value}`",
    };
}
