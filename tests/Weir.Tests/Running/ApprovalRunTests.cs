using Weir.Contracts.Statuses;
using Weir.Contracts.Tokens;
using Weir.Engine.Planning;
using Weir.Engine.Running;

namespace Weir.Tests.Running;

public sealed class ApprovalRunTests
{
    private static readonly PlanApproval Asks = new("run ${{ run.id }}?", TokenRole.Runner, [], TimeSpan.FromHours(2));

    [Fact]
    public void It_asks_when_its_time_has_come_and_goes_on_when_someone_approves()
    {
        var run = Run(Asks);
        Assert.Equal(StepPhase.Blocked, run["go"].Phase);
        run.Succeed("build");
        Assert.Equal((StepPhase.Asking, RunStatus.Running), (run["go"].Phase, run["go"].Status));
        Assert.Equal("run run?", run["go"].Approval!.Message);
        Assert.Equal("waiting for approval by a runner, until 2026-01-01 02:00 UTC", run["go"].Waiting);
        Assert.Equal(run.Now + Asks.Deadline, run.Due);

        Assert.Equal(EventVerdict.Accepted, run.Apply(new RunEvent.Decided("go", true, "ann", "fine")));
        Assert.Equal((RunStatus.Success, "approved by ann: fine"), (run["go"].Status, run["go"].Message));
        Assert.Equal(["by=ann", "comment=fine"], run["go"].Outputs.Select(o => $"{o.Key}={o.Value}"));
        Assert.Equal(StepPhase.Queued, run["deploy"].Phase);
    }

    [Fact]
    public void A_rejection_fails_it_and_what_follows_is_skipped()
    {
        var run = Run(Asks);
        run.Succeed("build");
        run.Apply(new RunEvent.Decided("go", false, "ann", null));
        Assert.Equal((RunStatus.Failed, ReasonCode.Rejected), (run["go"].Status, run["go"].Reason));
        Assert.Equal("rejected by ann", run["go"].Message);
        Assert.Equal((RunStatus.Skipped, RunStatus.Failed), (run["deploy"].Status, run.Run.Status));
    }

    [Fact]
    public void Its_deadline_ends_it()
    {
        var run = Run(Asks);
        run.Succeed("build");
        Assert.Equal(EventVerdict.Repeated, run.Wait(Asks.Deadline - TimeSpan.FromMinutes(1)));
        run.Wait(TimeSpan.FromMinutes(1));
        Assert.Equal((RunStatus.Failed, ReasonCode.NotApproved), (run["go"].Status, run["go"].Reason));
        Assert.Equal("nobody approved or rejected it in 2h", run["go"].Message);
        Assert.Equal(EventVerdict.Refused, run.Apply(new RunEvent.Decided("go", true, "ann", null)));
    }

    [Fact]
    public void The_first_decision_counts()
    {
        var run = Run(Asks);
        Assert.Equal(EventVerdict.Refused, run.Apply(new RunEvent.Decided("go", true, "ann", null)));
        run.Succeed("build");
        Assert.Equal(EventVerdict.Refused, run.Apply(new RunEvent.Decided("deploy", true, "ann", null)));
        Assert.Equal(EventVerdict.Accepted, run.Apply(new RunEvent.Decided("go", true, "ann", null)));
        Assert.Equal(EventVerdict.Repeated, run.Apply(new RunEvent.Decided("go", true, "ann", null)));
        Assert.Equal(EventVerdict.Refused, run.Apply(new RunEvent.Decided("go", false, "ann", null)));
        Assert.Equal(EventVerdict.Refused, run.Apply(new RunEvent.Decided("go", true, "bob", null)));
    }

    [Fact]
    public void Cancelling_the_run_ends_it()
    {
        var run = Run(Asks);
        run.Succeed("build");
        run.Apply(new RunEvent.CancelAsked("bob"));
        Assert.Equal((RunStatus.Cancelled, ReasonCode.Cancelled), (run["go"].Status, run["go"].Reason));
        Assert.Equal(RunStatus.Cancelled, run.Run.Status);
    }

    [Fact]
    public void A_run_may_begin_by_asking()
    {
        var run = new MachineHarness(Step(Asks));
        Assert.Equal((RunStatus.Running, run.Now), (run.Run.Status, run.Run.Started));
        var effects = RunEffects.Between(null, run.Run).OfType<RunEffect.Publish>().Select(p => p.Type);
        Assert.Equal(["run.created", "run.started", "step.asked", "step.started"], effects);
    }

    [Fact]
    public void It_is_stored_and_read_again()
    {
        var run = Run(Asks);
        run.Succeed("build");
        run.Apply(new RunEvent.Decided("go", true, "ann", "fine"));
        var rows = Enumerable.Range(0, 3).Select(i => RunCodec.ToRow(run.Run, i)).ToList();
        var back = RunCodec.FromRows(RunCodec.ToRow(run.Run, run.Due), rows, run.Run.Graph);
        Assert.Equal(run["go"].Approval, back.Steps[1].Approval);
    }

    [Theory]
    [InlineData("ann", TokenRole.Runner, false)]
    [InlineData("ann", TokenRole.NamespaceAdmin, true)]
    [InlineData("bob", TokenRole.Admin, false)]
    public void Who_may_decide_needs_the_role_and_to_be_named(string name, TokenRole role, bool may) => Assert.Equal(
        may, Approvals.MayDecide(new PlanApproval(null, TokenRole.NamespaceAdmin, ["ann"], TimeSpan.Zero), name, role));

    private static MachineHarness Run(PlanApproval approval) =>
        new(MachineHarness.Step("build"), Step(approval), MachineHarness.Step("deploy"));

    private static PlanStep Step(PlanApproval approval) =>
        new() { Name = "go", Kind = OpKinds.Approve, Approval = approval };
}
