using Weir.Engine.Expressions;

namespace Weir.Tests.Expressions;

public sealed class TemplateTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain $HOME {{ }} text", "plain $HOME {{ }} text")]
    [InlineData("${{ params.ref }}", "main")]
    [InlineData("a ${{params.ref}}-${{ params.count }} z", "a main-3 z")]
    [InlineData("${{ params.version }}", "1.10")]
    [InlineData("${{ params.debug }}", "true")]
    [InlineData("[${{ params.missing }}]", "[]")]
    [InlineData("${{ trigger.files }}", """["a.txt","b.txt"]""")]
    [InlineData("${{ params.empty || 'default' }}", "default")]
    [InlineData("${{ params.debug && 'on' || 'off' }}", "on")]
    [InlineData("${{ '}}' }}${{ 'it''s' }}", "}}it's")]
    [InlineData("$${{ params.ref }} ${{ params.ref }}", "${{ params.ref }} main")]
    [InlineData("x$${{", "x${{")]
    public void Resolves(string template, string text) =>
        Assert.Equal(new TemplateResult(text, null), Template.Resolve(template, ExpressionScopes.Rich));

    [Theory]
    [InlineData("a ${{ params.ref", "`${{` has no closing `}}` (at character 3)")]
    [InlineData("a ${{ }}", "the expression is empty (at character 6)")]
    [InlineData("ab ${{ 1 = 2 }}", "`=` is no operator: did you mean `==`? (at character 10)")]
    [InlineData("${{ 'a' < 3 }}", "the text 'a' and 3 cannot be compared with `<`")]
    public void Says_why_it_could_not_resolve(string template, string error) =>
        Assert.Equal(new TemplateResult(null, error), Template.Resolve(template, ExpressionScopes.Rich));

    [Fact]
    public void Never_resolves_what_a_value_holds()
    {
        var values = ExpressionScopes.Json("""{"ref":"${{ params.secret }}","secret":"s"}""");
        var scope = new ExpressionScope { Params = values };
        Assert.Equal("${{ params.secret }}", Template.Resolve("${{ params.ref }}", scope).Text);
    }

    [Fact]
    public void Bounds_what_comes_out()
    {
        var scope = new ExpressionScope { Params = ExpressionScopes.Json($$"""{"x":"{{new string('x', 60_000)}}"}""") };
        var bomb = string.Concat(Enumerable.Repeat("${{params.x}}", 1000));
        Assert.Equal("the value is longer than 1048576 characters", Template.Resolve(bomb, scope).Error);
        Assert.StartsWith(
            "the text is longer than 65536 characters", Template.Resolve("${{" + new string('x', 70_000), scope).Error);
    }

    [Fact]
    public void Knows_constants()
    {
        Assert.True(Template.IsConstant("out/*.txt"));
        Assert.True(Template.IsConstant("$${{ x"));
        Assert.False(Template.IsConstant("${{ params.x }}"));
    }
}
