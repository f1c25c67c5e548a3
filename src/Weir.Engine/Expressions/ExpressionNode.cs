using System.Collections.Immutable;

namespace Weir.Engine.Expressions;

/// <summary>A parsed expression. <c>ToString</c> writes it so that it parses to the same tree again.</summary>
internal abstract record ExpressionNode(int Position)
{
    internal sealed record Literal(ExpressionValue Value, int Position) : ExpressionNode(Position)
    {
        public override string ToString() => Value.Kind switch
        {
            ValueKind.Null => "null",
            ValueKind.Text => Quote(Value.Text),
            _ => Value.Text,
        };
    }

    /// <param name="Segments">The root first: <c>steps</c>, <c>test</c>, <c>status</c>.</param>
    internal sealed record Path(ImmutableArray<PathSegment> Segments, int Position) : ExpressionNode(Position)
    {
        public override string ToString() =>
            Segments[0].Name + string.Concat(Segments.Skip(1).Select(s => $"[{Quote(s.Name)}]"));
    }

    internal sealed record Not(ExpressionNode Operand, int Position) : ExpressionNode(Position)
    {
        public override string ToString() => $"!{Operand}";
    }

    internal sealed record Binary(string Operator, ExpressionNode Left, ExpressionNode Right, int Position)
        : ExpressionNode(Position)
    {
        public override string ToString() => $"({Left} {Operator} {Right})";
    }

    internal sealed record Call(string Function, ImmutableArray<ExpressionNode> Arguments, int Position)
        : ExpressionNode(Position)
    {
        public override string ToString() => $"{Function}({string.Join(", ", Arguments)})";
    }

    private static string Quote(string text) => $"'{text.Replace("'", "''")}'";
}

internal readonly record struct PathSegment(string Name, int Position);
