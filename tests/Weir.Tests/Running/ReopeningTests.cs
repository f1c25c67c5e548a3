using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Engine.Planning;
using Weir.Engine.Running;

namespace Weir.Tests.Running;

public sealed class ReopeningTests
{
    private static readonly RetryScope Usual = new(null, false);

    [Fact]
    public void What_ended_well_stays_and_the_rest_is_done_again_with_its_attempts_kept()
    {
        var run = new MachineHarness(
            MachineHarness.Step("build"), MachineHarness.Step("test"), MachineHarness.Step("deploy"));
        run.Succeed("build");
        run.Fail("test");
        Assert.Equal((RunStatus.Failed, RunStatus.Skipped), (run.Run.Status, run["deploy"].Status));

        Assert.Equal(EventVerdict.Accepted, run.Apply(new RunEvent.RetryAsked("ann", Usual)));

        Assert.Equal((RunStatus.Running, 1, null), (run.Run.Status, run.Run.Round, run.Run.Ended));
        Assert.Equal(
            (StepPhase.Done, StepPhase.Queued, StepPhase.Blocked),
            (run["build"].Phase, run["test"].Phase, run["deploy"].Phase));
        var again = run.Claim("test");
        Assert.Equal((2, RunStatus.Failed), (again.Attempt, run["test"].Attempts[0].Status));
        run.Finish(again);
        run.Succeed("deploy");
        Assert.Equal((RunStatus.Success, 1), (run.Run.Status, run["build"].Attempts.Length));
    }

    [Theory]
    [InlineData(null, false, "a b z")]
    [InlineData(null, true, "a b")]
    [InlineData("ok", false, "ok a b z")]
    [InlineData("z", true, "a b z")]
    public void Its_scope_says_what_is_done_again(string? from, bool onlyFailed, string again)
    {
        // ok ─▶ a (fails) ─▶ b (skipped); z runs always, after all; other may fail; unwanted is not wanted
        var run = new MachineHarness(
            MachineHarness.Step("ok"),
            MachineHarness.Step("a", null, "ok"),
            MachineHarness.Step("b", null, "a"),
            MachineHarness.Step("other") with { Needs = [], AllowFailure = true },
            MachineHarness.Step("unwanted", "false") with { Needs = [] },
            MachineHarness.Step("z", "always()", "a"));
        run.Succeed("ok");
        run.Fail("other");
        run.Fail("a");
        run.Succeed("z");

        var scope = new RetryScope(from, onlyFailed);

        Assert.Equal(again, string.Join(' ', Reopening.StepsOf(run.Run, scope).Select(i => run.Run.Steps[i].Name)));
    }

    [Fact]
    public void A_run_that_goes_on_or_has_nothing_to_do_again_is_refused()
    {
        var run = new MachineHarness(MachineHarness.Step("a"));
        Assert.Equal(RetryRefusal.Active, Reopening.WhyNot(run.Run, Usual));
        run.Succeed("a");
        Assert.Equal(RetryRefusal.Nothing, Reopening.WhyNot(run.Run, Usual));
        Assert.Equal(RetryRefusal.StepNotFound, Reopening.WhyNot(run.Run, new RetryScope("b", false)));
        Assert.Equal(EventVerdict.Refused, run.Apply(new RunEvent.RetryAsked("ann", Usual)));
        Assert.Null(Reopening.WhyNot(run.Run, new RetryScope("a", false)));
    }

    [Fact]
    public void An_outcome_of_an_earlier_round_is_answered_as_before_and_changes_nothing()
    {
        var run = new MachineHarness(MachineHarness.Step("a"));
        var first = run.Claim("a");
        run.Finish(first, RunStatus.Failed, ReasonCode.Exit, 1);
        run.Apply(new RunEvent.RetryAsked("ann", Usual));

        Assert.Equal(EventVerdict.Repeated, run.Finish(first, RunStatus.Failed, ReasonCode.Exit, 1));
        var second = run.Claim("a");
        Assert.Equal(EventVerdict.Repeated, run.Finish(first));
        Assert.Equal(RunStatus.Running, run.Run.Status);
        Assert.Equal(EventVerdict.Accepted, run.Finish(second));
        Assert.Equal([RunStatus.Failed, RunStatus.Success], run["a"].Attempts.Select(attempt => attempt.Status));
    }

    [Fact]
    public void A_further_round_has_the_whole_time_and_the_whole_budget_of_retries()
    {
        var step = MachineHarness.Step("a") with
        {
            Retry = new RetryRule { Attempts = 2, On = [RetryOn.Exit], BackoffFirst = TimeSpan.FromSeconds(1) },
        };
        var run = new MachineHarness(new Plan { Flow = "f", Steps = [step], Timeout = TimeSpan.FromHours(1) });
        run.Fail("a");
        run.Wait(TimeSpan.FromMinutes(50));
        run.Fail("a");
        run.Apply(new RunEvent.RetryAsked("ann", Usual));

        run.Wait(TimeSpan.FromMinutes(30));
        run.Fail("a");
        Assert.Equal(RunStatus.Running, run.Run.Status);
        run.Wait(TimeSpan.FromMinutes(29));
        Assert.Null(run.Run.Stop);
        run.Wait(TimeSpan.FromMinutes(2));
        Assert.Equal(ReasonCode.Timeout, run.Run.Stop?.Reason);
    }

    [Fact]
    public void A_cancelled_run_is_taken_up_where_it_was_stopped()
    {
        var run = new MachineHarness(MachineHarness.Step("a"), MachineHarness.Step("b"));
        run.Succeed("a");
        run.Apply(new RunEvent.CancelAsked("ann"));
        Assert.Equal(RunStatus.Cancelled, run.Run.Status);

        run.Apply(new RunEvent.RetryAsked("ann", Usual));
        run.Succeed("b");

        Assert.Equal((RunStatus.Success, 1), (run.Run.Status, run["a"].Attempts.Length));
    }

    [Fact]
    public void The_workspace_that_a_failed_attempt_began_with_is_had_from_any_agent()
    {
        var run = new MachineHarness(
            MachineHarness.Step("a"), MachineHarness.Step("b") with { WorkspaceFrom = "a" });
        run.Succeed("a");
        Assert.True(Workspaces.IsHandedOn(run.Run, 1));
        var fence = run.Claim("b");
        run.Apply(new RunEvent.Finished(fence, "a", new AttemptOutcome(RunStatus.Failed, ReasonCode.Exit)
        {
            ExitCode = 1, SourceDigest = "sha256:abc",
        }));
        run.Apply(new RunEvent.RetryAsked("ann", Usual));

        Assert.Equal(new WorkspaceSource("a", 1, "a", "sha256:abc"), Workspaces.SourceOf(run.Run, 1));
        Assert.False(Workspaces.IsHandedOn(run.Run, 1));
        Assert.Equal(EventVerdict.Accepted, run.Apply(new RunEvent.Claimed("b", "other", new ClaimNonce(1, 9), 0)));
    }
}
