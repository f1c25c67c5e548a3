using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Engine.Planning;
using Weir.Engine.Running;
using static Weir.Tests.Running.MachineHarness;

namespace Weir.Tests.Running;

public sealed class RunMachineTests
{
    [Fact]
    public void What_an_agent_prepares_is_told_until_the_step_begins()
    {
        var run = new MachineHarness(MachineHarness.Step("a"));
        var fence = run.Claim("a");
        var waits = new RunEvent.Progressed(fence, "a", "docker", []) { Preparing = "pulling image i" };
        Assert.Equal(EventVerdict.Accepted, run.Apply(waits));
        Assert.Equal(EventVerdict.Repeated, run.Apply(waits));
        Assert.Equal("pulling image i", RunViews.Of(run.Run).Steps![0].Waiting);
        Assert.Null(run["a"].Current!.Started);

        run.Apply(new RunEvent.Progressed(fence, "a", "docker", []) { Image = "i@sha256:1" });
        Assert.Equal(EventVerdict.Repeated, run.Apply(waits with { Preparing = "late" }));
        var step = RunViews.Of(run.Run).Steps![0];
        Assert.Equal((null, "i@sha256:1"), (step.Waiting, step.Attempts[0].Image));
    }

    [Fact]
    public void A_report_that_was_overtaken_takes_nothing_back()
    {
        var run = new MachineHarness(MachineHarness.Step("a"));
        var fence = run.Claim("a");
        var begun = new CommandRecord(0, "true") { Started = run.Now };
        var older = new RunEvent.Progressed(fence, "a", "docker", [begun]);
        run.Apply(older with { Commands = [begun with { Ended = run.Now, ExitCode = 0 }] });
        Assert.Equal(EventVerdict.Repeated, run.Apply(older));
        Assert.Equal(0, run["a"].Current!.Commands[0].ExitCode);
    }

    [Fact]
    public void Only_the_agent_that_holds_an_attempt_reports_of_it()
    {
        var run = new MachineHarness(MachineHarness.Step("a"));
        var fence = run.Claim("a");
        var end = new RunEvent.Finished(fence, "other", new AttemptOutcome(RunStatus.Success, ReasonCode.None));
        Assert.Equal(EventVerdict.Refused, run.Apply(new RunEvent.Progressed(fence, "other", "docker", [])));
        Assert.Equal(EventVerdict.Refused, run.Apply(end));
        Assert.Equal(EventVerdict.Accepted, run.Apply(end with { Agent = "a" }));
        Assert.Equal(EventVerdict.Repeated, run.Apply(end with { Agent = "a" }));
        Assert.Equal(EventVerdict.Refused, run.Apply(end));
    }

    [Fact]
    public void A_short_attempt_tells_with_its_end_what_it_ran_in()
    {
        var run = new MachineHarness(MachineHarness.Step("a"));
        var outcome = new AttemptOutcome(RunStatus.Success, ReasonCode.None) { Runtime = "docker", Image = "sha256:1" };
        run.Apply(new RunEvent.Finished(run.Claim("a"), "a", outcome));
        var row = RunCodec.ToRow(run.Run, 0);
        var back = RunCodec.FromRows(RunCodec.ToRow(run.Run, null), [row], run.Run.Graph);
        Assert.Equal(("docker", "sha256:1"), (back.Steps[0].Current!.Runtime, back.Steps[0].Current!.Image));
    }

    [Fact]
    public void Steps_run_in_order_when_nothing_else_is_said()
    {
        var run = new MachineHarness(Step("a"), Step("b"));
        Assert.Equal(StepPhase.Queued, run["a"].Phase);
        Assert.Equal("waiting for step a", run["b"].Waiting);
        run.Succeed("a");
        Assert.Equal(StepPhase.Queued, run["b"].Phase);
        run.Succeed("b");
        Assert.Equal(RunStatus.Success, run.Run.Status);
    }

    [Fact]
    public void Needs_of_one_step_do_not_change_another()
    {
        var run = new MachineHarness(Step("a"), Step("b"), Step("c", null, "a"), Step("d"));
        run.Succeed("a");
        Assert.Equal(StepPhase.Queued, run["b"].Phase);
        Assert.Equal(StepPhase.Queued, run["c"].Phase);
        Assert.Equal(StepPhase.Blocked, run["d"].Phase);
    }

    [Fact]
    public void A_step_without_needs_in_an_empty_list_of_needs_starts_at_once()
    {
        var run = new MachineHarness(Step("a"), Step("b") with { Needs = [] });
        Assert.Equal(StepPhase.Queued, run["b"].Phase);
    }

    [Fact]
    public void After_a_failure_handlers_and_always_steps_run_and_the_run_fails()
    {
        var run = new MachineHarness(
            Step("test"), Step("ship"), Step("alert", "steps.test.status == 'failed'"), Step("tidy", "always()"));
        run.Fail("test");
        Assert.Equal((RunStatus.Skipped, ReasonCode.Upstream), (run["ship"].Status, run["ship"].Reason));
        run.Succeed("alert");
        run.Succeed("tidy");
        Assert.Equal((RunStatus.Failed, ReasonCode.StepFailed), (run.Run.Status, run.Run.Reason));
        Assert.Equal("step test failed", run.Run.Message);
    }

    [Fact]
    public void A_failure_is_seen_through_skipped_steps_between()
    {
        var run = new MachineHarness(Step("a"), Step("b", null, "a"), Step("c", null, "b"));
        run.Fail("a");
        Assert.Equal(RunStatus.Skipped, run["c"].Status);
    }

    [Fact]
    public void A_failed_step_that_is_allowed_to_fail_stops_nothing()
    {
        var run = new MachineHarness(Step("lint") with { AllowFailure = true }, Step("build"));
        run.Fail("lint");
        run.Succeed("build");
        Assert.Equal(RunStatus.Success, run.Run.Status);
        Assert.Equal(RunStatus.Failed, run["lint"].Status);
    }

    [Fact]
    public void A_false_condition_skips_and_says_which()
    {
        var run = new MachineHarness(Step("a", "params.x == 'y'"), Step("b"));
        Assert.Equal((RunStatus.Skipped, ReasonCode.WhenFalse), (run["a"].Status, run["a"].Reason));
        Assert.Contains("params.x == 'y'", run["a"].Message, StringComparison.Ordinal);
        Assert.Equal(StepPhase.Queued, run["b"].Phase);
    }

    [Fact]
    public void A_condition_that_cannot_be_evaluated_fails_the_step_with_its_message()
    {
        var run = new MachineHarness(Step("a", "this is no condition"));
        Assert.Equal((RunStatus.Failed, ReasonCode.Expression), (run["a"].Status, run["a"].Reason));
        Assert.Equal(RunStatus.Failed, run.Run.Status);
    }

    [Fact]
    public void A_report_of_a_lost_lease_is_refused_and_changes_nothing()
    {
        var run = new MachineHarness(Step("a"));
        var zombie = run.Claim("a");
        run.Apply(new RunEvent.NotHeld(zombie));
        run.Claim("a", "b");
        var before = run.Run;
        Assert.Equal(EventVerdict.Refused, run.Finish(zombie));
        Assert.Same(before, run.Run);
    }

    [Fact]
    public void A_repeated_finish_is_answered_as_the_first()
    {
        var run = new MachineHarness(Step("a"), Step("b"));
        var fence = run.Claim("a");
        Assert.Equal(EventVerdict.Accepted, run.Finish(fence));
        Assert.Equal(EventVerdict.Repeated, run.Finish(fence));
    }

    [Fact]
    public void Nothing_leaves_a_final_state()
    {
        var run = new MachineHarness(Step("a"));
        run.Fail("a");
        Assert.Equal(EventVerdict.Refused, run.Apply(new RunEvent.CancelAsked("ann")));
        Assert.Equal(EventVerdict.Refused, run.Wait(TimeSpan.FromDays(10)));
        Assert.Equal(RunStatus.Failed, run.Run.Status);
        Assert.Null(run.Due);
    }

    [Fact]
    public void Cancel_stops_what_runs_and_lets_always_steps_run()
    {
        var run = new MachineHarness(Step("a"), Step("b"), Step("tidy", "always()"));
        var fence = run.Claim("a");
        run.Apply(new RunEvent.CancelAsked("ann"));
        Assert.NotNull(run["a"].Current!.StopAsked);
        run.Finish(fence, RunStatus.Cancelled, ReasonCode.Cancelled);
        Assert.Equal(RunStatus.Cancelled, run["a"].Status);
        Assert.Equal(RunStatus.Cancelled, run["b"].Status);
        run.Succeed("tidy");
        Assert.Equal((RunStatus.Cancelled, ReasonCode.Cancelled), (run.Run.Status, run.Run.Reason));
    }

    [Fact]
    public void A_cancelled_run_never_turns_to_failed()
    {
        var run = new MachineHarness(Step("a"));
        var fence = run.Claim("a");
        run.Apply(new RunEvent.CancelAsked("ann"));
        run.Finish(fence, RunStatus.Failed, ReasonCode.Exit, 143);
        Assert.Equal(RunStatus.Cancelled, run.Run.Status);
    }

    [Fact]
    public void Cancelled_while_queued_it_ends_at_once()
    {
        var run = new MachineHarness(Step("a"), Step("b"));
        run.Apply(new RunEvent.CancelAsked("ann"));
        Assert.Equal(RunStatus.Cancelled, run.Run.Status);
    }

    [Fact]
    public void Outputs_of_a_step_are_seen_by_later_conditions()
    {
        var run = new MachineHarness(Step("a"), Step("b", "steps.a.outputs.deploy == 'yes'"));
        var fence = run.Claim("a");
        run.Apply(
            new RunEvent.Finished(
                fence, "a", new AttemptOutcome(
                    RunStatus.Success,
                    ReasonCode.None) { Outputs = new Dictionary<string, string> { ["deploy"] = "yes" } }));
        Assert.Equal(StepPhase.Queued, run["b"].Phase);
    }

    [Fact]
    public void A_required_resource_that_nobody_left_fails_the_step_before_it_is_queued()
    {
        var run = new MachineHarness(
            Step("a"), Step("b") with { Resources = [new PlanResource("deps", "in", "a", true)] });
        run.Succeed("a");
        Assert.Equal((RunStatus.Failed, ReasonCode.Artifact), (run["b"].Status, run["b"].Reason));
        Assert.Contains("deps", run["b"].Message, StringComparison.Ordinal);
    }
}
