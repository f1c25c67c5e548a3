using System.Collections.Immutable;
using System.Text;

namespace Weir.Engine.Expressions;

/// <summary>
/// Text with <c>${{ }}</c> in it; <c>$${{</c> stands for a literal <c>${{</c>. Pure; parsed templates are cached.
/// </summary>
public static class Template
{
    internal const string Open = "${{";
    internal const string Close = "}}";
    internal const int MaxLength = 64 * 1024;
    internal const int MaxResolvedLength = 1024 * 1024;
    private static readonly ParseCache<ParsedTemplate> Parsed = new(capacity: 1024, maxKeyLength: 4096);

    /// <summary>Null values become the empty text.</summary>
    public static TemplateResult Resolve(string template, ExpressionScope scope)
    {
        if (!template.Contains(Open, StringComparison.Ordinal)) return new TemplateResult(template, null);
        var parsed = Parsed.GetOrAdd(template, Parse);
        if (parsed.Error is { } error)
            return new TemplateResult(null, $"{error.Message} (at character {error.Position + 1})");
        var evaluator = new Evaluator(scope);
        var text = new StringBuilder();
        foreach (var part in parsed.Parts)
        {
            text.Append(part.Node is null ? part.Text : evaluator.Evaluate(part.Node).Text);
            if (evaluator.Error is not null) return new TemplateResult(null, evaluator.Error);
            if (text.Length > MaxResolvedLength)
                return new TemplateResult(null, $"the value is longer than {MaxResolvedLength} characters");
        }

        return new TemplateResult(text.ToString(), null);
    }

    /// <summary>Everything that is wrong with a template before anything runs.</summary>
    public static IReadOnlyList<ExpressionProblem> Check(string template, ExpressionNames names)
    {
        if (!template.Contains(Open, StringComparison.Ordinal)) return [];
        var parsed = Parsed.GetOrAdd(template, Parse);
        if (parsed.Error is { } error) return [new ExpressionProblem(error.Position, error.Message)];
        return
        [
            .. from part in parsed.Parts
               where part.Node is not null
               from problem in ExpressionChecker.Check(part.Node!, names)
               select problem with { Position = problem.Position + part.Position },
        ];
    }

    /// <summary>True when nothing in it is resolved: no <c>${{</c> but escaped ones.</summary>
    public static bool IsConstant(string template) =>
        !template.Contains(Open, StringComparison.Ordinal)
        || Parsed.GetOrAdd(template, Parse) is { Error: null } parsed && parsed.Parts.All(part => part.Node is null);

    /// <summary>
    /// The template with <c>x</c> in place of each expression, to judge the part that is known; null = malformed.
    /// </summary>
    internal static string? Outline(string template) => Parsed.GetOrAdd(template, Parse) is { Error: null } parsed
        ? string.Concat(parsed.Parts.Select(part => part.Node is null ? part.Text : "x"))
        : null;

    /// <summary>
    /// Resolves what depends on the values of a matrix alone, which are known before a run; any other template stays
    /// as it is.
    /// </summary>
    internal static string ResolveMatrix(string template, ExpressionScope scope) =>
        IsOfMatrix(template) && !IsConstant(template) ? Resolve(template, scope).Text ?? template : template;

    /// <summary>True when no expression in it asks for anything but <c>matrix</c>.</summary>
    internal static bool IsOfMatrix(string template) =>
        !template.Contains('$' + Open, StringComparison.Ordinal)
        && Parsed.GetOrAdd(template, Parse) is { Error: null } parsed
        && parsed.Parts.All(part => part.Node is null || IsOfMatrix(part.Node));

    private static bool IsOfMatrix(ExpressionNode node) => node switch
    {
        ExpressionNode.Path path => path.Segments[0].Name == ExpressionRoots.Matrix,
        ExpressionNode.Not not => IsOfMatrix(not.Operand),
        ExpressionNode.Binary binary => IsOfMatrix(binary.Left) && IsOfMatrix(binary.Right),
        ExpressionNode.Call call => !call.Arguments.IsEmpty && call.Arguments.All(IsOfMatrix),
        _ => true,
    };

    /// <summary>Offset of the <c>}}</c> that closes an expression, quotes respected; −1 when there is none.</summary>
    internal static int EndOf(string text, int from)
    {
        var quoted = false;
        for (var i = from; i < text.Length; i++)
        {
            if (text[i] == '\'') quoted = !quoted;
            else if (!quoted && text[i] == '}' && i + 1 < text.Length && text[i + 1] == '}') return i;
        }

        return -1;
    }

    private static ParsedTemplate Parse(string text)
    {
        if (text.Length > MaxLength) return Failed(0, $"the text is longer than {MaxLength} characters");
        var parts = ImmutableArray.CreateBuilder<TemplatePart>();
        var at = 0;
        while (text.IndexOf(Open, at, StringComparison.Ordinal) is >= 0 and var open)
        {
            if (open > at && text[open - 1] == '$')
            {
                parts.Add(new TemplatePart(text[at..(open - 1)] + Open, null, at));
                at = open + Open.Length;
                continue;
            }

            if (open > at) parts.Add(new TemplatePart(text[at..open], null, at));
            var body = open + Open.Length;
            var close = EndOf(text, body);
            if (close < 0) return Failed(open, "`${{` has no closing `}}`");
            var (node, error) = ExpressionParser.Parse(text[body..close]);
            if (error is not null) return Failed(body + error.Position, error.Message);
            parts.Add(new TemplatePart("", node, body));
            at = close + Close.Length;
        }

        if (at < text.Length) parts.Add(new TemplatePart(text[at..], null, at));
        return new ParsedTemplate(parts.ToImmutable(), null);
    }

    private static ParsedTemplate Failed(int position, string message) =>
        new([], new ExpressionError(position, message));

    private sealed record ParsedTemplate(ImmutableArray<TemplatePart> Parts, ExpressionError? Error);

    /// <param name="Position">Where the part begins in the template.</param>
    private sealed record TemplatePart(string Text, ExpressionNode? Node, int Position);
}

public sealed record TemplateResult(string? Text, string? Error);
