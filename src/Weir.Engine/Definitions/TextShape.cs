using System.Text.Json.Nodes;
using Weir.Engine.Expressions;

namespace Weir.Engine.Definitions;

/// <summary>A text; numbers, true and false are taken as they are written.</summary>
internal sealed record TextShape : Shape
{
    public TextFormat? Format { get; init; }

    public string[]? Choices { get; init; }

    public int MaxLength { get; init; } = 1024;

    /// <summary>True when <c>${{ }}</c> may stand in it; then its form is checked as far as it is known.</summary>
    public bool IsTemplate { get; init; }

    public override void Check(TreeValue value, string path, ProblemList problems)
    {
        if (value is not TreeText { IsNull: false } text)
            problems.Add(path, value.Place, $"expected {Expected}, found {value.Description}");
        else if (text.Value.Length > MaxLength)
            problems.Add(path, value.Place, $"the text is longer than {MaxLength} characters");
        else if (Choices?.Contains(text.Value) == false)
            problems.Add(path, value.Place, $"expected {Expected}, found {text.Description}{DidYouMean(text.Value)}");
        else if (Format is not null && ProblemOf(text.Value) is { } problem)
            problems.Add(path, value.Place, problem);
    }

    public override JsonObject ToSchema()
    {
        if (Choices is not null) return new() { ["enum"] = Words(Choices) };
        var schema = new JsonObject { ["type"] = Words(["string", "number", "boolean"]), ["maxLength"] = MaxLength };
        if (Format?.Pattern is { } pattern) schema["pattern"] = IsTemplate ? $@"({pattern})|\$\{{\{{" : pattern;
        return schema;
    }

    private string Expected => Choices is null ? "a text" : $"one of {string.Join(", ", Choices)}";

    private string? ProblemOf(string text)
    {
        if (!IsTemplate || Template.IsConstant(text)) return Format!.Check(text);
        if (Format != TextFormat.WorkspaceFile) return null;
        return Template.Outline(text) is { } outline ? Format.Check(outline) : null;
    }

    private string DidYouMean(string text) =>
        Suggestion.Nearest(text, Choices!) is { } near ? $": did you mean `{near}`?" : "";
}
