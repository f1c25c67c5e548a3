using Weir.Engine.Expressions;

namespace Weir.Tests.Expressions;

public sealed class ConditionTests
{
    [Theory]
    [InlineData(null, false, false, true)]
    [InlineData("  ", false, false, true)]
    [InlineData(null, true, false, false)]
    [InlineData("", false, true, false)]
    [InlineData("success()", false, false, true)]
    [InlineData("success()", true, false, false)]
    [InlineData("success()", false, true, false)]
    [InlineData("failure()", true, false, true)]
    [InlineData("failure()", false, true, false)]
    [InlineData("cancelled()", false, true, true)]
    [InlineData("always()", true, true, true)]
    [InlineData("!failure() && !cancelled()", true, false, false)]
    public void Looks_at_what_failed_and_what_was_cancelled(string? when, bool failed, bool cancelled, bool holds)
    {
        var result = Condition.Evaluate(when, new ExpressionScope { Failed = failed, Cancelled = cancelled });
        Assert.Equal(new ConditionResult(holds, null), result);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("null", false)]
    [InlineData("0", false)]
    [InlineData("-1.5 < 0", true)]
    [InlineData("''", false)]
    [InlineData("params.ref == 'main'", true)]
    [InlineData("params.ref != 'main'", false)]
    [InlineData("params['ref'] == 'main'", true)]
    [InlineData("params.quoted == 'it''s'", true)]
    [InlineData("params.missing == null", true)]
    [InlineData("params.debug", true)]
    [InlineData("params.debug == 'true'", true)]
    [InlineData("params.count == '3'", true)]
    [InlineData("params.count >= 3 && params.count <= 3", true)]
    [InlineData("params.count > 3 || params.count < 3", false)]
    [InlineData("params.version == 1.1", true)]
    [InlineData("trigger.commit.author == 'ann'", true)]
    [InlineData("trigger.files[1] == 'b.txt'", true)]
    [InlineData("trigger.files[2] == null", true)]
    [InlineData("trigger.nothing.at.all == null", true)]
    [InlineData("trigger.big == 12345678901234567", true)]
    [InlineData("run.flow == 'build'", true)]
    [InlineData("steps.test.status == 'failed'", true)]
    [InlineData("steps['a-b'].status == 'success'", true)]
    [InlineData("steps.a-b.exit_code == 0", true)]
    [InlineData("steps.later.exit_code == null", true)]
    [InlineData("steps.test.outputs.version > 9", true)]
    [InlineData("steps.test.outputs.ok", false)]
    [InlineData("steps.test.outputs.none > 1", false)]
    [InlineData("contains(params.ref, 'ai')", true)]
    [InlineData("contains(trigger.files, 'a.txt')", true)]
    [InlineData("contains(trigger.files, 'a')", false)]
    [InlineData("starts_with(params.ref, 'ma') && ends_with(params.ref, 'in')", true)]
    [InlineData("starts_with(params.missing, 'a')", false)]
    [InlineData("true || false && false", true)]
    [InlineData("(true || false) && false", false)]
    [InlineData("!true == false", true)]
    [InlineData("1 < 2 == true", true)]
    [InlineData("${{ params.debug }}", true)]
    [InlineData("  ${{ params.ref == '}}' }}  ", false)]
    public void Evaluates(string when, bool holds) =>
        Assert.Equal(new ConditionResult(holds, null), Condition.Evaluate(when, ExpressionScopes.Rich));

    [Theory]
    [InlineData("params.ref = 'x'", "`=` is no operator: did you mean `==`? (at character 12)")]
    [InlineData("a & b", "`&` is no operator: did you mean `&&`? (at character 3)")]
    [InlineData("params.ref == \"x\"", "texts stand in single quotes: 'text' (at character 15)")]
    [InlineData("params.ref == 'x", "the text that begins here has no closing quote (') (at character 15)")]
    [InlineData("params.ref ==", "expected a value, found the end (at character 14)")]
    [InlineData("(true", "expected `)`, found the end (at character 6)")]
    [InlineData("true true", "unexpected `true` (at character 6)")]
    [InlineData("true and false", "unexpected `and`: did you mean `&&`? (at character 6)")]
    [InlineData("1.2.3 == 1", "`1.2.3` is not a number (at character 1)")]
    [InlineData(
        "params[ref]",
        "expected a name in single quotes or a number between [ ], found `ref` (at character 8)")]
    [InlineData("${{ true", "`${{` has no closing `}}` (at character 1)")]
    [InlineData(
        "${{ true }} && false",
        "a condition is one expression: put all of it inside one `${{ }}`, or leave them out (at character 12)")]
    [InlineData("${{ }}", "the expression is empty (at character 1)")]
    [InlineData("nothing()", "unknown function `nothing`")]
    [InlineData("contains('a')", "call it as `contains(text or list, part)`")]
    [InlineData("nothing", "unknown name `nothing`")]
    [InlineData("params.ref > 3", "the text 'main' and 3 cannot be compared with `>`")]
    [InlineData("trigger.files < 3", "a list or object and 3 cannot be compared with `<`")]
    public void Says_why_it_could_not_tell(string when, string error) =>
        Assert.Equal(new ConditionResult(false, error), Condition.Evaluate(when, ExpressionScopes.Rich));

    [Fact]
    public void Skips_what_does_not_matter() =>
        Assert.Equal(
            new ConditionResult(true, null), Condition.Evaluate("true || params.ref > 3", ExpressionScopes.Rich));

    [Theory]
    [InlineData('(', "the expression is nested more than 32 deep")]
    [InlineData('!', "the expression is nested more than 32 deep")]
    public void Refuses_deep_nesting(char opening, string error) =>
        Assert.StartsWith(error, Condition.Evaluate(new string(opening, 4000) + "true", new ExpressionScope()).Error);

    [Fact]
    public void Refuses_long_expressions()
    {
        Assert.StartsWith(
            "the expression is longer than 4096 characters",
            Condition.Evaluate(new string(' ', 5000) + "true", new ExpressionScope()).Error);
        Assert.StartsWith(
            "the expression has more than 500 parts",
            Condition.Evaluate(string.Join("||", Enumerable.Repeat("0", 800)), new ExpressionScope()).Error);
    }
}
