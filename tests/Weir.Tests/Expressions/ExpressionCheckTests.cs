using Weir.Engine.Expressions;

namespace Weir.Tests.Expressions;

public sealed class ExpressionCheckTests
{
    private static readonly ExpressionNames Names = new()
    {
        Params = ["ref", "count"],
        Steps = new Dictionary<string, IReadOnlyCollection<string>?>
        {
            ["build"] = ["version"],
            ["test"] = [],
            ["later"] = null,
        },
        EndedSteps = new HashSet<string> { "build", "test" },
    };

    [Theory]
    [InlineData("params.ref == 'x' && params.count > 1")]
    [InlineData("steps.build.outputs.version == steps.test.status")]
    [InlineData("trigger.anything.at['all'][0]")]
    [InlineData("run.number == 1 || run.handle == 'a#1'")]
    [InlineData("contains(params.ref, 'x') || always()")]
    public void Accepts_what_is_known(string expression) => Assert.Empty(Condition.Check(expression, Names));

    [Theory]
    [InlineData("param.ref", 0, "unknown name `param`: did you mean `params`?")]
    [InlineData(
        "main == params.ref",
        0,
        "unknown name `main`: texts stand in single quotes, and paths begin with params, trigger, run, steps, matrix")]
    [InlineData(
        "secrets.TOKEN",
        0,
        "secrets never stand in expressions: list them under `secrets`, they come as variables")]
    [InlineData("env.HOME", 0, "variables do not stand in expressions: use \"$NAME\" in the command")]
    [InlineData("always", 0, "`always` is a function: write `always()`")]
    [InlineData("params.reff == 1", 7, "unknown param `reff`: did you mean `ref`?")]
    [InlineData("params", 0, "`params` is used as `params.<name>`")]
    [InlineData("params.ref.x", 0, "`params` is used as `params.<name>`")]
    [InlineData("run.numbr", 4, "unknown field of `run` `numbr`: did you mean `number`?")]
    [InlineData("trigger", 0, "`trigger` is used as `trigger.<field>`")]
    [InlineData("matrix.os", 0, "`matrix` is known only in a step that has one")]
    [InlineData("steps.biuld.status", 6, "there is no step `biuld`: did you mean `build`?")]
    [InlineData("steps.build", 0, "`steps` is used as `steps.<name>.status`")]
    [InlineData("steps.build.state", 12, "unknown field of a step `state`: did you mean `status`?")]
    [InlineData("steps.build.outputs", 12, "write `steps.<name>.outputs.<output>`")]
    [InlineData("steps.build.status.x", 12, "`status` has no fields")]
    [InlineData("steps.build.outputs.vesion", 20, "unknown output of step `build` `vesion`: did you mean `version`?")]
    [InlineData(
        "steps.later.status",
        6,
        "step `later` may not have ended when this is evaluated: it must come before, or stand in `needs`")]
    [InlineData("sucess()", 0, "unknown function `sucess`: did you mean `success`?")]
    [InlineData("contains(params.ref)", 0, "`contains` takes 2 arguments, not 1: `contains(text or list, part)`")]
    [InlineData("!(1 == always(1))", 7, "`always` takes no arguments, not 1: `always()`")]
    public void Reports(string expression, int position, string message) =>
        Assert.Equal([new ExpressionProblem(position, message)], Condition.Check(expression, Names));

    [Fact]
    public void Reports_all_at_once_with_places_in_the_text()
    {
        Assert.Equal([11, 23], Condition.Check("${{ params.a && params.b }}", Names).Select(p => p.Position));
        Assert.Equal([13, 29], Template.Check("x/${{ params.a }}/${{ params.b }}", Names).Select(p => p.Position));
    }

    [Fact]
    public void Says_where_no_step_is_known()
    {
        var problem = Assert.Single(
            Template.Check("${{ steps.build.status }}", Names with { NoSteps = "it is the flow's own" }));
        Assert.Equal("steps are not known here: it is the flow's own", problem.Message);
    }

    [Fact]
    public void Leaves_open_what_it_cannot_know() =>
        Assert.Empty(Condition.Check("params.x == steps.y.outputs.z", new ExpressionNames()));
}
