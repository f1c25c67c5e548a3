using Weir.Contracts.Statuses;
using Weir.Engine.Planning;
using Weir.Engine.Running;
using static Weir.Tests.Running.MachineHarness;

namespace Weir.Tests.Running;

public sealed class RetryAndDeadlineTests
{
    private static readonly RetryRule Twice =
        new() { Attempts = 2, On = [RetryOn.Exit], BackoffFirst = TimeSpan.FromSeconds(10) };

    [Fact]
    public void A_failed_attempt_is_made_again_after_its_backoff()
    {
        var run = new MachineHarness(Step("a") with { Retry = Twice });
        run.Fail("a");
        Assert.Equal(StepPhase.Backoff, run["a"].Phase);
        Assert.Equal(RunStatus.Running, run["a"].Status);
        Assert.Equal(EventVerdict.Repeated, run.Wait(TimeSpan.FromSeconds(9)));
        run.Wait(TimeSpan.FromSeconds(1));
        Assert.Equal(StepPhase.Queued, run["a"].Phase);
        run.Succeed("a");
        Assert.Equal(2, run["a"].Attempts.Length);
        Assert.Equal(RunStatus.Success, run.Run.Status);
    }

    [Fact]
    public void Gives_up_after_the_last_attempt()
    {
        var run = new MachineHarness(Step("a") with { Retry = Twice });
        run.Fail("a");
        run.Wait(TimeSpan.FromSeconds(10));
        run.Fail("a");
        Assert.Equal((RunStatus.Failed, ReasonCode.Exit), (run["a"].Status, run["a"].Reason));
    }

    [Fact]
    public void Losses_do_not_use_up_the_budget_of_failures()
    {
        var run = new MachineHarness(
            Step("a") with { Retry = Twice with { On = [RetryOn.Exit, RetryOn.Infrastructure] } });
        run.Finish(run.Claim("a"), RunStatus.Failed, ReasonCode.Infrastructure);
        run.Wait(TimeSpan.FromSeconds(5));
        run.Fail("a");
        run.Wait(TimeSpan.FromSeconds(10));
        run.Succeed("a");
        Assert.Equal((1, 1), (run["a"].Losses, run["a"].Failures));
        Assert.Equal(RunStatus.Success, run.Run.Status);
    }

    [Fact]
    public void An_agent_that_never_began_costs_nothing_and_the_step_is_queued_at_once()
    {
        var run = new MachineHarness(Step("a"));
        run.Apply(new RunEvent.NotHeld(run.Claim("a")));
        Assert.Equal(StepPhase.Queued, run["a"].Phase);
        Assert.Equal((0, 0), (run["a"].Losses, run["a"].Failures));
    }

    [Fact]
    public void A_silent_agent_is_given_its_disconnect_time_and_then_another_attempt_starts()
    {
        var run = new MachineHarness(Step("a") with { Disconnect = TimeSpan.FromMinutes(10) });
        var fence = run.Claim("a");
        run.Apply(new RunEvent.LeaseEnded(fence, DateTimeOffset.MaxValue));
        Assert.Equal(StepPhase.Unreachable, run["a"].Phase);
        Assert.Equal(EventVerdict.Repeated, run.Wait(TimeSpan.FromMinutes(10)));
        run.Wait(TimeSpan.FromSeconds(15));
        Assert.Equal(StepPhase.Backoff, run["a"].Phase);
        Assert.Equal(1, run["a"].Losses);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_agent_that_was_shut_out_is_not_given_its_disconnect_time(bool silentAlready)
    {
        var run = new MachineHarness(Step("a") with { Disconnect = TimeSpan.FromMinutes(10) });
        var fence = run.Claim("a");
        if (silentAlready) run.Apply(new RunEvent.LeaseEnded(fence, DateTimeOffset.MaxValue));
        run.Apply(new RunEvent.AgentRevoked(fence));
        Assert.Equal(StepPhase.Unreachable, run["a"].Phase);
        Assert.Equal(EventVerdict.Repeated, run.Wait(TimeSpan.FromSeconds(44)));
        run.Wait(TimeSpan.FromSeconds(1));
        Assert.Equal((StepPhase.Backoff, 1), (run["a"].Phase, run["a"].Losses));
    }

    [Fact]
    public void An_agent_that_returns_in_time_goes_on()
    {
        var run = new MachineHarness(Step("a"));
        var fence = run.Claim("a");
        run.Apply(new RunEvent.LeaseEnded(fence, DateTimeOffset.MaxValue));
        run.Apply(new RunEvent.Returned(fence));
        Assert.Equal(StepPhase.Leased, run["a"].Phase);
        run.Finish(fence);
        Assert.Equal(RunStatus.Success, run.Run.Status);
    }

    [Fact]
    public void A_queued_step_fails_when_no_agent_takes_it()
    {
        var run = new MachineHarness(
            new Plan { Flow = "f", Steps = [Step("a")], QueueTimeout = TimeSpan.FromHours(1) });
        run.Wait(TimeSpan.FromHours(1));
        Assert.Equal((RunStatus.Failed, ReasonCode.QueueTimeout), (run["a"].Status, run["a"].Reason));
        Assert.Contains("process runtime", run["a"].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_runs_deadline_stops_it_and_it_ends_failed_by_timeout()
    {
        var run = new MachineHarness(
            new Plan { Flow = "f", Steps = [Step("a"), Step("b")], Timeout = TimeSpan.FromMinutes(30) });
        var fence = run.Claim("a");
        run.Wait(TimeSpan.FromMinutes(30));
        Assert.NotNull(run["a"].Current!.StopAsked);
        run.Finish(fence, RunStatus.Cancelled, ReasonCode.Cancelled);
        Assert.Equal((RunStatus.Failed, ReasonCode.Timeout), (run.Run.Status, run.Run.Reason));
    }

    [Fact]
    public void An_agent_that_is_there_but_does_not_stop_is_fenced()
    {
        var run = new MachineHarness(Step("a"));
        var fence = run.Claim("a");
        run.Apply(new RunEvent.CancelAsked("ann"));
        run.Wait(TimeSpan.FromSeconds(71));
        Assert.Equal(RunStatus.Cancelled, run.Run.Status);
        Assert.Equal(EventVerdict.Refused, run.Finish(fence));
    }

    [Fact]
    public void An_agent_that_is_there_but_forgets_the_timeout_is_fenced()
    {
        var run = new MachineHarness(Step("a") with { Timeout = TimeSpan.FromMinutes(5) });
        run.Claim("a");
        run.Wait(TimeSpan.FromSeconds(371));
        Assert.Equal((RunStatus.Failed, ReasonCode.Timeout), (run["a"].Status, run["a"].Reason));
    }

    [Fact]
    public void Every_open_state_has_a_deadline()
    {
        var run = new MachineHarness(Step("a") with { Retry = Twice }, Step("b"));
        Assert.Equal(run.Now + TimeSpan.FromHours(24), run.Due);
        var fence = run.Claim("a");
        Assert.Equal(run.Now + TimeSpan.FromSeconds(3600 + 70), run.Due);
        run.Apply(new RunEvent.LeaseEnded(fence, DateTimeOffset.MaxValue));
        Assert.Equal(run.Now + TimeSpan.FromSeconds(615), run.Due);
        run.Apply(new RunEvent.Returned(fence));
        run.Finish(fence, RunStatus.Failed, ReasonCode.Exit, 1);
        Assert.Equal(run.Now + TimeSpan.FromSeconds(10), run.Due);
    }

    [Fact]
    public void A_stopped_run_ends_everything_after_its_grace()
    {
        var run = new MachineHarness(Step("a"), Step("tidy", "always()"));
        run.Apply(new RunEvent.CancelAsked("ann"));
        Assert.Equal(StepPhase.Queued, run["tidy"].Phase);
        run.Wait(TimeSpan.FromHours(1));
        Assert.Equal(RunStatus.Cancelled, run.Run.Status);
    }
}
