namespace Weir.Engine.Expressions;

/// <summary>Conditions of steps. Pure; parsed conditions are cached.</summary>
public static class Condition
{
    /// <summary>Null and blank mean <c>success()</c>: neither failed nor cancelled.</summary>
    public static ConditionResult Evaluate(string? when, ExpressionScope scope) => throw new NotSupportedException();
}

/// <summary>The truth of a condition, or why it could not be told.</summary>
public sealed record ConditionResult(bool Holds, string? Error);
