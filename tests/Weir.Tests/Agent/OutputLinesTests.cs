using System.Text;
using Weir.Agent.Steps;

namespace Weir.Tests.Agent;

public sealed class OutputLinesTests
{
    [Fact]
    public void Takes_declared_names_and_keeps_the_last()
    {
        var lines = Parse("a=1\nb= two words =\r\n\na=3", "a", "b");

        Assert.Equal(("3", " two words ="), (lines.Values["a"], lines.Values["b"]));
        Assert.Empty(lines.Problems);
    }

    [Fact]
    public void Tells_each_bad_line()
    {
        var lines = Parse("nonsense\nsecret=x\na=1", "a");

        Assert.Equal(["output line 1 is not name=value", "output 'secret' (line 2) is not declared"], lines.Problems);
        Assert.Equal("1", Assert.Single(lines.Values).Value);
    }

    [Fact]
    public void Does_not_drown_in_problems()
    {
        var lines = Parse(string.Concat(Enumerable.Repeat("x\n", 1000)));

        Assert.Equal(11, lines.Problems.Count);
        Assert.Equal("… and 990 more", lines.Problems[^1]);
    }

    [Fact]
    public void Survives_bytes_that_are_no_text() => Assert.Single(OutputLines.Parse([0xff, 0xfe, 0x00], []).Problems);

    private static OutputLines Parse(string text, params string[] declared) =>
        OutputLines.Parse(Encoding.UTF8.GetBytes(text), declared);
}
