using Weir.Contracts.Statuses;
using Weir.Engine.Concurrency;
using Weir.Engine.Planning;
using Weir.Engine.Running;
using Weir.Engine.Scheduling;

namespace Weir.Tests.Running;

public sealed class GroupChoiceTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly RunMachine _machine = new(new RunTiming(), Safeguards.All);

    [Theory]
    [InlineData(OnBusy.Queue, "", "", "Free: ")]
    [InlineData(OnBusy.Queue, "a", "", "Waits: ")]
    [InlineData(OnBusy.Queue, "a", "b", "Waits: ")]
    [InlineData(OnBusy.Queue, "a", "b c", "again: b")]
    [InlineData(OnBusy.Queue, "", "b", "Waits: ")]
    [InlineData(OnBusy.Skip, "", "", "Free: ")]
    [InlineData(OnBusy.Skip, "a", "", "Skipped: ")]
    [InlineData(OnBusy.Skip, "", "b", "Skipped: ")]
    [InlineData(OnBusy.Cancel, "a", "", "Waits: a")]
    [InlineData(OnBusy.Cancel, "a", "b", "again: a b")]
    [InlineData(OnBusy.Cancel, "", "b", "again: b")]
    public void A_new_run_begins_waits_or_is_skipped(OnBusy onBusy, string holder, string waiting, string expected)
    {
        var rule = new PlanConcurrency("g") { OnBusy = onBusy, MaxWaiting = 2 };
        var choice = GroupChoice.Of(
            rule, holder.Length == 0 ? null : holder, [.. waiting.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Equal(expected, $"{choice.Place?.ToString() ?? "again"}: {string.Join(' ', choice.Displaced)}");
    }

    [Fact]
    public void Or_the_new_one_is_skipped_when_too_many_wait()
    {
        var rule = new PlanConcurrency("g") { MaxWaiting = 1, WhenFull = WhenFull.Skip };
        Assert.Equal(GroupPlace.Skipped, GroupChoice.Of(rule, "a", ["b"]).Place);
    }

    [Fact]
    public void One_that_waits_begins_nothing_until_it_is_let_in()
    {
        var waits = _machine.Begin(Run(), Start, GroupPlace.Waits);
        Assert.Equal((StepPhase.Blocked, "waiting for the concurrency group g"), (waits.Steps[0].Phase, waits.Steps[0].Waiting));
        Assert.Equal(EventVerdict.Repeated, _machine.Apply(waits, new RunEvent.Ticked(), Start).Verdict);
        var later = Start + TimeSpan.FromHours(20);
        var begun = _machine.Apply(waits, new RunEvent.Admitted(), later).State;
        Assert.Equal(StepPhase.Queued, begun.Steps[0].Phase);
        Assert.Equal(EventVerdict.Refused, _machine.Apply(begun, new RunEvent.Admitted(), later).Verdict);
        Assert.Equal(later + TimeSpan.FromHours(24), _machine.DueOf(begun));
    }

    [Theory]
    [InlineData(ReasonCode.Cancelled, RunStatus.Cancelled)]
    [InlineData(ReasonCode.Superseded, RunStatus.Cancelled)]
    public void One_that_waits_runs_nothing_when_it_is_cancelled(ReasonCode reason, RunStatus status)
    {
        var waits = _machine.Begin(Run(), Start, GroupPlace.Waits);
        var ended = _machine.Apply(waits, new RunEvent.CancelAsked("x") { Reason = reason }, Start).State;
        Assert.Equal((status, reason), (ended.Status, ended.Reason));
        Assert.All(ended.Steps, step => Assert.Equal(RunStatus.Cancelled, step.Status));
    }

    [Fact]
    public void One_that_waits_too_long_fails()
    {
        var waits = _machine.Begin(Run(), Start, GroupPlace.Waits);
        var due = _machine.DueOf(waits)!.Value;
        Assert.Equal(Start + TimeSpan.FromHours(24), due);
        var ended = _machine.Apply(waits, new RunEvent.Ticked(), due).State;
        Assert.Equal((RunStatus.Failed, ReasonCode.QueueTimeout), (ended.Status, ended.Reason));
    }

    [Fact]
    public void One_that_is_skipped_is_over_at_once()
    {
        var skipped = _machine.Begin(Run(), Start, GroupPlace.Skipped);
        Assert.Equal((RunStatus.Skipped, ReasonCode.Busy, Start), (skipped.Status, skipped.Reason, skipped.Ended));
        Assert.All(skipped.Steps, step => Assert.Equal(RunStatus.Skipped, step.Status));
        Assert.Null(_machine.DueOf(skipped));
    }

    [Fact]
    public void It_is_stored_and_read_again()
    {
        var waits = _machine.Begin(Run(), Start, GroupPlace.Waits);
        var rows = Enumerable.Range(0, 2).Select(i => RunCodec.ToRow(waits, i)).ToList();
        var back = RunCodec.FromRows(RunCodec.ToRow(waits, _machine.DueOf(waits)), rows, waits.Graph);
        Assert.Equal(("g", true), (back.Group, back.WaitsForGroup));
    }

    private static RunState Run()
    {
        var plan = new Plan
        {
            Flow = "f", Steps = [MachineHarness.Step("a"), MachineHarness.Step("b", "always()")],
            Concurrency = new PlanConcurrency("g"),
        };
        return new RunState
        {
            Id = "run",
            Namespace = "default",
            PlanDigest = "digest",
            Graph = new PlanGraph(plan),
            Inputs = new RunInputs(),
            Group = "g",
            Created = Start,
            Steps = [.. plan.Steps.Select(s => new StepState { Name = s.Name })],
        };
    }
}
