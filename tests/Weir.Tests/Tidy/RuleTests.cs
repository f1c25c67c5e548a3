namespace Weir.Tests.Tidy;

/// <summary>The rules themselves: each must find what it is there to find, and nothing in the text of a
/// literal.</summary>
public sealed class RuleTests
{
    [Fact]
    public void Comments_and_literals_are_blanked_place_for_place()
    {
        const string Source = """"
            var a = "x // { y"; // note {
            var b = @"c:\""{"; var c = $"{a + $"{b}"} {{"; var d = '{'; var e = """
                { raw " } """; /* { */ F();
            """";
        var text = CSharpText.Read(Source);
        Assert.Equal(Source.Length, text.Code.Length);
        Assert.DoesNotContain('{', text.Code);
        Assert.Equal(["// note {", "/* { */"], text.Comments.Select(comment => comment.Text));
        Assert.Contains("a +", text.Code, StringComparison.Ordinal);
        Assert.Contains("F();", text.Code, StringComparison.Ordinal);
    }

    [Fact]
    public void Types_methods_and_their_parameters_are_found()
    {
        var file = File("""
            namespace A;
            [Attribute("(x)")]
            public sealed class First(int a, Dictionary<string, int> b)
            {
                private static readonly int[] Table = [1, 2];
                public int P { get; init; } = 3;
                public First() : this(1, new() { ["a"] = 1 }) { }
                public static bool operator ==(First x, First y) => x.Equals(y);
                public async Task<int> RunAsync<T>(T item, CancellationToken token) where T : class
                {
                    if (item is null) { return 1; }
                    return 2;
                }
                private sealed record Inner(int X);
            }
            public enum Last { One }
            """);
        Assert.Equal(["First", "Inner", "Last"], file.Types.Select(type => type.Name));
        var methods = file.Declarations.Where(member => member.Kind == DeclarationKind.Method).ToList();
        Assert.Equal(["First", "operator ==", "RunAsync"], methods.Select(method => method.Name));
        Assert.Equal(2, file.Types.First().Parameters);
        Assert.Equal(2, methods[^1].Parameters);
        Assert.Equal(5, methods[^1].Lines);
    }

    [Fact]
    public void Long_things_are_found()
    {
        var body = string.Concat(Enumerable.Repeat("        x++;\n", 70));
        var made = "    A(int a, int b, int c, int d, int e, int f) { }\n";
        var file = File(
            "sealed class A\n{\n    void Long()\n    {\n" + body + "    }\n" + made + "}\n" + new string('y', 121));
        Assert.Equal("Long", Assert.Single(SourceRules.LongMethods(file)).Name);
        Assert.Equal("A", Assert.Single(SourceRules.LongConstructors(file)).Name);
        Assert.Single(SourceRules.LongLines(file));
        Assert.Empty(SourceRules.LongLines(File($"var text = \"{new string('y', 121)}\";")));
        Assert.Empty(SourceRules.LongFiles(file));
        Assert.Single(SourceRules.LongFiles(File(new string('\n', 400) + "x")));
    }

    [Fact]
    public void Bad_names_and_open_classes_are_found()
    {
        var file = File(
            "class RunManager { } sealed class StringUtils { } abstract class StepBase { } "
            + "sealed record Managed; record Open;");
        Assert.Equal(
            ["RunManager", "StringUtils", "StepBase"], SourceRules.BannedNames(file).Select(found => found.Name));
        Assert.Equal(["RunManager", "Open"], SourceRules.OpenClasses(file).Select(found => found.Name));
    }

    [Fact]
    public void Bad_comments_are_found()
    {
        var file = File(
            "// TODO later\n// TODO #12 later\n// var x = 1;\n// why it is so; and how\nvar s = \"// return 1;\";\n");
        Assert.Equal(1, Assert.Single(SourceRules.UnownedTodos(file)).Line);
        Assert.Equal(3, Assert.Single(SourceRules.DeadCode(file)).Line);
        Assert.Equal((4, 5), SourceRules.CommentShare(file));
    }

    [Fact]
    public void Defaults_that_json_would_lose_are_found()
    {
        var file = File("record A { }\nint B { get; init; }\nint C { get; init; } = 1;\nint D { get; set; } = 1;\n");
        Assert.Equal(3, Assert.Single(SourceRules.LostDefaults(file)).Line);
    }

    [Fact]
    public void A_violation_fails_its_rule_with_place_and_reason()
    {
        var rule = new Rule("no-such-rule", "because");
        var failure = Assert.ThrowsAny<Exception>(() => rule.Check([new Violation("a.cs", 7, "N", "is wrong")]));
        Assert.Contains("because", failure.Message, StringComparison.Ordinal);
        Assert.Contains("a.cs:7: is wrong", failure.Message, StringComparison.Ordinal);
        rule.Check([]);
    }

    private static SourceFile File(string source) => SourceFile.Of("a.cs", source);
}
