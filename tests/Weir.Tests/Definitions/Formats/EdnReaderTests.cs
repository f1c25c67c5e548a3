using Weir.Engine.Definitions;
using Weir.Engine.Definitions.Formats.Edn;

namespace Weir.Tests.Definitions.Formats;

public sealed class EdnReaderTests
{
    [Theory]
    [InlineData("nil true false", "nil true false")]
    [InlineData("\"a\\tb\\\"\\\\ \\u00e9\"", "\"a\tb\\\"\\\\ \u00e9\"")]
    [InlineData("\\a \\newline \\u0041 \\( \\space \\é", "\\u0061 \\u000A \\u0041 \\u0028 \\u0020 \\u00E9")]
    [InlineData("a a/b / + - -a .b ->c *x* a#b a' <=?", "a a/b / + - -a .b ->c *x* a#b a' <=?")]
    [InlineData(":a :a/b :a.b/c-d :nos.core/ref :-> :a:b :1", ":a :a/b :a.b/c-d :nos.core/ref :-> :a:b :1")]
    [InlineData("0 -0 +7 42N 123456789012345678901234567890", "0 0 7 42 123456789012345678901234567890")]
    [InlineData("1.5 -2e10 3.14M 1E-3 7M ##Inf", "1.5 -2e10 3.14M 1E-3 7M ##Inf")]
    [InlineData("(1 (2)) [a [b]] {} {:b 1, :a {2 3}} #{c b}", "[1 [2]] [a [b]] {} {:a {2 3}, :b 1} #{b c}")]
    [InlineData("#inst \"1985-04-12\" #my/tag {:a 1} #a #b c", "#inst \"1985-04-12\" #my/tag {:a 1} #a #b c")]
    [InlineData("a #_ b c #_ #_ d e #_#x [y] [f #_ g] ; rest\n,h", "a c [f] h")]
    [InlineData("[a\"b\":c{}d]", "[a \"b\" :c {} d]")]
    public void Reads_every_form(string text, string forms)
    {
        var problems = new ProblemList();
        var values = EdnReader.ReadAll(text, problems);
        Assert.Equal("", string.Join('\n', problems.InOrder()));
        Assert.Equal(forms, string.Join(' ', values!.Select(EdnForm.Of)));
    }

    [Theory]
    [InlineData("{:a\n  1/2}", "2:3: this is not EDN: `1/2`: EDN has no ratios")]
    [InlineData("[1\n 2", "1:1: this is not EDN: `[` is never closed")]
    [InlineData("[1 2}", "1:5: this is not EDN: expected `]` for the `[` of line 1, found `}`")]
    [InlineData("a ]", "1:3: this is not EDN: `]` closes nothing")]
    [InlineData("{:a 1 :b}", "1:7: this is not EDN: a map holds pairs: this key has no value")]
    [InlineData("\n \"abc", "2:2: this is not EDN: the text is never closed")]
    [InlineData("\"a\\x\"", "1:3: this is not EDN: texts know the escapes")]
    [InlineData("\\newlin", "1:1: this is not EDN: this is no character of EDN")]
    [InlineData(":a/", "1:1: this is not EDN: `:a/` is no keyword")]
    [InlineData("#1 2", "1:1: this is not EDN: `#1` is no tag")]
    [InlineData("#a", "1:1: this is not EDN: nothing follows the tag `#a`")]
    [InlineData("#_", "1:1: this is not EDN: nothing follows `#_`")]
    [InlineData("012", "1:1: this is not EDN: `012` is no number")]
    [InlineData("{:a 1 :a 2}", "1:7: the key `:a` stands already in this map")]
    [InlineData("{[1] 1 (1) 2}", "1:8: the key `[1]` stands already in this map")]
    [InlineData("#{a b a}", "1:7: `a` stands already in this set")]
    public void Tells_what_is_wrong_and_where(string text, string problem)
    {
        var problems = new ProblemList();
        EdnReader.ReadAll(text, problems);
        Assert.StartsWith(problem, string.Join('\n', problems.InOrder()), StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused_before_it_hurts()
    {
        var problems = new ProblemList();
        Assert.Null(EdnReader.ReadAll(new string('[', 100_000), problems));
        Assert.Contains("nested more than 64 deep", Assert.Single(problems.InOrder()).Message, StringComparison.Ordinal);
        Assert.Null(EdnReader.ReadAll(string.Concat(Enumerable.Repeat("#a ", 1000)) + "1", new ProblemList()));
        Assert.Null(EdnReader.ReadAll(string.Concat(Enumerable.Repeat("#_ ", 1000)) + "1", new ProblemList()));
    }
}
