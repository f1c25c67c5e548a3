using Weir.Engine.Definitions;

namespace Weir.Tests.Definitions;

internal static class FlowText
{
    public static FlowDefinition Good(string text, string? file = null)
    {
        var result = FlowReader.Read(text, file);
        Assert.True(result.Flow is not null, string.Join("\n", result.Problems));
        return result.Flow;
    }

    /// <summary>The problems as <c>weir lint</c> shows them, one a line.</summary>
    public static string Problems(string text, string? file = null) =>
        string.Join("\n", FlowReader.Read(text, file).Problems);

    /// <summary>In what is expected, an indented line goes on with the line before it.</summary>
    public static void HasProblems(string text, string expected) =>
        Assert.Equal(expected.Replace("\n    ", " "), Problems(text));
}
