namespace Weir.Engine.Expressions;

/// <summary>Text with <c>${{ }}</c> in it; <c>$${{</c> stands for a literal <c>${{</c>. Pure; parsed templates are cached.</summary>
public static class Template
{
    /// <summary>Null values become the empty text.</summary>
    public static TemplateResult Resolve(string template, ExpressionScope scope) => throw new NotSupportedException();
}

public sealed record TemplateResult(string? Text, string? Error);
