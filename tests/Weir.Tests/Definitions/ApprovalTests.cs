using Weir.Contracts.Tokens;
using Weir.Engine.Planning;
using Weir.Engine.Running;

namespace Weir.Tests.Definitions;

public sealed class ApprovalTests
{
    [Fact]
    public void It_is_planned_with_what_it_asks_and_whom()
    {
        var plan = Plan(
            """
            name: f
            image: i
            steps:
              - { name: build, commands: x }
              - name: go
                title: Go live
                approve: { message: "Really?", role: admin, by: [ann, bob], deadline: 2h }
              - { name: deploy, commands: x, env: { BY: "${{ steps.go.outputs.by }}" } }
            """);
        var go = plan.Steps[1];
        Assert.Equal((OpKinds.Approve, "Go live", null), (go.Kind, go.Title, go.Image));
        Assert.Equal(("Really?", TokenRole.Admin), (go.Approval!.Message, go.Approval.Role));
        Assert.Equal(["ann", "bob"], go.Approval.By);
        Assert.Equal(TimeSpan.FromHours(2), go.Approval.Deadline);
        Assert.Equal(("build", "go"), (go.WorkspaceFrom, plan.Steps[2].WorkspaceFrom));
        Assert.Equal(RunCodec.PlanJson(plan), RunCodec.PlanJson(RunCodec.ReadPlan(RunCodec.PlanJson(plan))));
    }

    [Fact]
    public void Its_time_does_not_count_against_the_usual_time_of_a_run()
    {
        Assert.Equal(TimeSpan.FromDays(8), Plan("name: f\nsteps: [{ approve: Really? }]").Timeout);
        Assert.Equal(TimeSpan.FromDays(9), Plan("name: f\ntimeout: 9d\nsteps: [{ approve: {} }]").Timeout);
    }

    [Fact]
    public void Says_what_is_wrong() => FlowText.HasProblems(
        """
        name: f
        timeout: 1d
        steps:
          - { name: a, approve: "${{ params.x }}?", image: i, outputs: [o] }
          - { name: b, approve: { role: viewer, by: [], deadline: soon } }
          - { name: c, approve: x, commands: y }
          - { name: d, approve: }
          - { name: e, when: steps.a.outputs.who == 'x' }
        """,
        """
        2:10: warning: timeout: the run's time is over before the deadline of the approval `a`
        2:10: warning: timeout: the run's time is over before the deadline of the approval `b`
        2:10: warning: timeout: the run's time is over before the deadline of the approval `c`
        2:10: warning: timeout: the run's time is over before the deadline of the approval `d`
        4:37: steps[0].approve.message: unknown param `x`
        4:45: steps[0].image: `image` means nothing in a step that waits for an approval: it runs no commands
        4:55: steps[0].outputs: `outputs` means nothing in a step that waits for an approval: it runs no commands
        5:33: steps[1].approve.role: expected one of runner, namespace_admin, admin, found `viewer`
        5:45: steps[1].approve.by: the list is empty
        5:59: steps[1].approve.deadline: expected a duration such as `90s`, `10m` or `1h30m`, found `soon`
        6:28: steps[2].commands: a step has either `commands` or `approve`, not both
        7:25: steps[3].approve: expected a text, found nothing
        8:5: steps[4]: a step needs the key `commands` or `approve`
        8:38: steps[4].when: unknown output of step `a` `who`: known are by, comment
        """);

    private static Plan Plan(string text) => Planner.Plan(FlowText.Good(text), new PlanInputs()).Plan!;
}
