using Weir.Engine.Planning;
using Weir.Engine.Running;
using Weir.Tests.Definitions;

namespace Weir.Tests.Planning;

public sealed class StoredPlanTests
{
    [Fact]
    public void A_plan_comes_back_from_its_json_as_it_was()
    {
        var plan = Planner.Plan(
            FlowText.Good(
                """
                name: a
                source: x
                env: { A: b }
                steps:
                  - { name: bare, commands: x, artifacts: [d], outputs: [o] }
                  - name: full
                    commands: [x, y]
                    needs: []
                    disconnect: 0s
                    retry: { attempts: 1, on: [exit], backoff: { first: 0s, max: 0s } }
                    limits: { cpu: 0.5, memory: 1MiB }
                    labels: { a: b }
                  - name: last
                    commands: x
                    needs: [bare]
                    resources: [{ name: d, required: false }]
                    allow_failure: true
                """),
            new PlanInputs()).Plan!;
        var json = RunCodec.PlanJson(plan);
        var back = RunCodec.ReadPlan(json);
        Assert.Equal(json, RunCodec.PlanJson(back));
        Assert.Equal(TimeSpan.Zero, back.Steps[2].Disconnect);
        Assert.Equal(
            (TimeSpan.Zero, TimeSpan.Zero), (back.Steps[2].Retry.BackoffFirst, back.Steps[2].Retry.BackoffMax));
        Assert.Equal(TimeSpan.FromMinutes(10), back.Steps[1].Disconnect);
        Assert.Equal(
            [null, null, "checkout", "bare"],
            back.Steps.Select(s => s.Needs is { } needs ? string.Join(",", needs) : null));
        Assert.Equal([new PlanResource("d", ".", "bare", false)], back.Steps[3].Resources);
        Assert.Empty(back.Steps[0].Artifacts);
    }
}
