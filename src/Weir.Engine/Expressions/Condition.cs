namespace Weir.Engine.Expressions;

/// <summary>Conditions of steps. Pure; parsed conditions are cached.</summary>
public static class Condition
{
    private static readonly ParseCache<ParsedExpression> Parsed = new(capacity: 1024, ExpressionParser.MaxLength);

    /// <summary>Null and blank mean <c>success()</c>: neither failed nor cancelled.</summary>
    public static ConditionResult Evaluate(string? when, ExpressionScope scope)
    {
        if (string.IsNullOrWhiteSpace(when)) return new ConditionResult(!scope.Failed && !scope.Cancelled, null);
        var (node, error) = Parsed.GetOrAdd(when, Parse);
        if (error is not null)
            return new ConditionResult(false, $"{error.Message} (at character {error.Position + 1})");
        var evaluator = new Evaluator(scope);
        var holds = evaluator.Evaluate(node!).IsTrue;
        return evaluator.Error is null ? new ConditionResult(holds, null) : new ConditionResult(false, evaluator.Error);
    }

    /// <summary>Everything that is wrong with a condition before anything runs.</summary>
    public static IReadOnlyList<ExpressionProblem> Check(string? when, ExpressionNames names)
    {
        if (string.IsNullOrWhiteSpace(when)) return [];
        var (node, error) = Parsed.GetOrAdd(when, Parse);
        return error is not null
            ? [new ExpressionProblem(error.Position, error.Message)]
            : ExpressionChecker.Check(node!, names);
    }

    private static ParsedExpression Parse(string when)
    {
        var start = when.Length - when.AsSpan().TrimStart().Length;
        if (!when.AsSpan(start).StartsWith(Template.Open)) return ExpressionParser.Parse(when);
        var body = start + Template.Open.Length;
        var end = Template.EndOf(when, body);
        if (end < 0) return Failed(start, "`${{` has no closing `}}`");
        if (!when.AsSpan(end + Template.Close.Length).IsWhiteSpace())
            return Failed(
                end + Template.Close.Length,
                "a condition is one expression: put all of it inside one `${{ }}`, or leave them out");
        return ExpressionParser.Parse(new string(' ', body) + when[body..end]);
    }

    private static ParsedExpression Failed(int position, string message) =>
        new(null, new ExpressionError(position, message));
}

/// <summary>The truth of a condition, or why it could not be told.</summary>
public sealed record ConditionResult(bool Holds, string? Error);
