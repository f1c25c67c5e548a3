using System.Collections.Immutable;
using Weir.Contracts.Statuses;
using Weir.Engine.Planning;
using Weir.Engine.Running;

namespace Weir.Tests.Running;

public sealed class MatrixRunTests
{
    [Fact]
    public void Only_so_many_combinations_are_under_way_at_once()
    {
        var run = Run(4, new PlanMatrix("m", Values(0)) { MaxParallel = 2 });
        Assert.Equal(["m-1", "m-2"], Names(run, StepPhase.Queued));
        Assert.Equal("waiting for its turn: 2 of the 4 combinations of m at once", run["m-3"].Waiting);
        var second = run.Claim("m-2");
        run.Finish(second);
        Assert.Equal(["m-1", "m-3"], Names(run, StepPhase.Queued));
        run.Fail("m-3");
        Assert.Equal(["m-1", "m-4"], Names(run, StepPhase.Queued));
    }

    [Fact]
    public void A_combination_that_waits_to_be_tried_again_keeps_its_turn()
    {
        var run = Run(2, new PlanMatrix("m", Values(0)) { MaxParallel = 1 }, step => step with
        {
            Retry = new RetryRule { Attempts = 2, On = [RetryOn.Exit], BackoffFirst = TimeSpan.FromSeconds(5) },
        });
        run.Fail("m-1");
        Assert.Equal((StepPhase.Backoff, StepPhase.Blocked), (run["m-1"].Phase, run["m-2"].Phase));
    }

    [Fact]
    public void One_that_is_skipped_frees_its_turn_at_once()
    {
        var run = Run(3, new PlanMatrix("m", Values(0)) { MaxParallel = 1 }, step => step with
        {
            When = "matrix.n != '1' && matrix.n != 2",
        });
        Assert.Equal(["m-3"], Names(run, StepPhase.Queued));
    }

    [Fact]
    public void The_first_failure_stops_the_others_when_asked_to()
    {
        var run = Run(4, new PlanMatrix("m", Values(0)) { MaxParallel = 3, FailFast = true });
        var (first, second) = (run.Claim("m-1"), run.Claim("m-2"));
        run.Finish(second, RunStatus.Failed, ReasonCode.Exit, 1);
        Assert.NotNull(run["m-1"].Current!.StopAsked);
        foreach (var waiting in new[] { "m-3", "m-4" })
        {
            Assert.Equal(
                (RunStatus.Cancelled, ReasonCode.FailFast, "stopped because m-2 failed"),
                (run[waiting].Status, run[waiting].Reason, run[waiting].Message));
        }

        Assert.Equal(RunStatus.Running, run.Run.Status);
        run.Finish(first, RunStatus.Cancelled, ReasonCode.Cancelled);
        Assert.Equal((RunStatus.Cancelled, ReasonCode.FailFast), (run["m-1"].Status, run["m-1"].Reason));
        Assert.Equal((RunStatus.Failed, ReasonCode.StepFailed), (run.Run.Status, run.Run.Reason));
    }

    [Fact]
    public void One_that_is_told_to_stop_is_not_made_again_when_its_agent_is_lost()
    {
        var run = Run(2, new PlanMatrix("m", Values(0)) { FailFast = true });
        var first = run.Claim("m-1");
        run.Fail("m-2");
        run.Apply(new RunEvent.LeaseEnded(first, run.Now));
        Assert.Equal((RunStatus.Cancelled, ReasonCode.FailFast), (run["m-1"].Status, run["m-1"].Reason));
        Assert.Equal(RunStatus.Failed, run.Run.Status);
    }

    [Fact]
    public void One_whose_agent_is_silent_is_stopped_without_it()
    {
        var run = Run(2, new PlanMatrix("m", Values(0)) { FailFast = true });
        run.Apply(new RunEvent.LeaseEnded(run.Claim("m-1"), run.Now));
        Assert.Equal(StepPhase.Unreachable, run["m-1"].Phase);
        run.Fail("m-2");
        Assert.Equal(RunStatus.Cancelled, run["m-1"].Status);
    }

    [Fact]
    public void A_failure_that_is_allowed_stops_nobody()
    {
        var run = Run(2, new PlanMatrix("m", Values(0)) { FailFast = true }, s => s with { AllowFailure = true });
        run.Fail("m-1");
        Assert.Equal(StepPhase.Queued, run["m-2"].Phase);
    }

    [Theory]
    [InlineData("success", RunStatus.Success, RunStatus.Success)]
    [InlineData("failed", RunStatus.Success, RunStatus.Failed)]
    [InlineData("failed", RunStatus.Failed, RunStatus.Success)]
    public void A_later_step_sees_what_they_came_to_together(string status, RunStatus first, RunStatus second)
    {
        var last = MachineHarness.Step("last", $"steps.m.status == '{status}'");
        var run = Run(2, new PlanMatrix("m", Values(0)), more: last);
        run.Finish(run.Claim("m-1"), first, first == RunStatus.Failed ? ReasonCode.Exit : ReasonCode.None, 3);
        run.Finish(run.Claim("m-2"), second, second == RunStatus.Failed ? ReasonCode.Exit : ReasonCode.None, 3);
        Assert.Equal(StepPhase.Queued, run["last"].Phase);
    }

    [Fact]
    public void Its_agent_is_told_and_other_controllers_hear_of_it()
    {
        var run = Run(2, new PlanMatrix("m", Values(0)) { FailFast = true });
        run.Claim("m-1");
        var second = run.Claim("m-2");
        var before = run.Run;
        run.Finish(second, RunStatus.Failed, ReasonCode.Exit, 1);
        var effects = RunEffects.Between(before, run.Run);
        Assert.Contains(effects, effect => effect is RunEffect.TellStop { Fence.Step: "m-1" });
        Assert.Contains(effects, effect => effect is RunEffect.Publish { Type: RunEffects.StepStopping, Step: 0 });
    }

    private static MachineHarness Run(
        int count, PlanMatrix rule, Func<PlanStep, PlanStep>? change = null, params PlanStep[] more) => new(
        [
            .. Enumerable.Range(1, count).Select(n => (change ?? (s => s))(
                MachineHarness.Step($"m-{n}") with { Needs = [], Matrix = rule with { Values = Values(n) } })),
            .. more,
        ]);

    private static ImmutableSortedDictionary<string, string> Values(int n) =>
        ImmutableSortedDictionary<string, string>.Empty.Add("n", $"{n}");

    private static IEnumerable<string> Names(MachineHarness run, StepPhase phase) =>
        run.Run.Steps.Where(step => step.Phase == phase).Select(step => step.Name);
}
