using Weir.Engine.Planning;
using Weir.Engine.Running;

namespace Weir.Tests.Definitions;

public sealed class ConcurrencyTests
{
    [Fact]
    public void It_is_planned_as_it_is_written()
    {
        var plan = Planner.Plan(
            FlowText.Good(
                """
                name: f
                concurrency: { group: "g-${{ run.flow }}", on_busy: cancel, max_waiting: 3, when_full: skip }
                steps: [{ commands: x }]
                """),
            new PlanInputs()).Plan!;
        var rule = new PlanConcurrency("g-${{ run.flow }}")
        {
            OnBusy = OnBusy.Cancel, MaxWaiting = 3, WhenFull = WhenFull.Skip,
        };
        Assert.Equal(rule, plan.Concurrency);
        Assert.Equal(rule, RunCodec.ReadPlan(RunCodec.PlanJson(plan)).Concurrency);
        Assert.Equal(
            new PlanConcurrency("g"), FlowText.Good("name: f\nconcurrency: g\nsteps: [{ commands: x }]").Concurrency);
    }

    [Theory]
    [InlineData("{ on_busy: queue }", "a rule of concurrency needs the key `group`")]
    [InlineData("{ group: g, max_waiting: 0 }", "expected a number from 1 to 100, found `0`")]
    [InlineData("{ group: g, on_busy: replace }", "expected one of queue, cancel, skip, found `replace`")]
    [InlineData("'${{ run.number }}'", "unknown field of `run` `number`: known are id, flow, namespace, trigger")]
    [InlineData(
        "{ group: '${{ steps.a.status }}' }", "steps are not known here: the group is asked before any step")]
    public void Says_what_is_wrong(string rule, string problem) => Assert.EndsWith(
        problem, FlowText.Problems($"name: f\nconcurrency: {rule}\nsteps: [{{ name: a, commands: x }}]"),
        StringComparison.Ordinal);
}
