using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using static Weir.Tests.Agent.AgentBench;

namespace Weir.Tests.Agent;

public sealed class LeaseTests
{
    private static readonly StepWork Long = Work(("FAKE_SLEEP", "30m"));

    [Fact]
    public void Leases_are_renewed_every_ten_seconds_or_so() => Run(async bench =>
    {
        var fence = bench.Controller.Enqueue("one", Work(("FAKE_SLEEP", "5m")));
        bench.Start();
        await bench.OutcomeAsync(fence, TimeSpan.FromMinutes(6));

        Assert.InRange(bench.Controller.Count("renew"), 25, 38);
    });

    [Fact]
    public void A_lost_lease_kills_the_work_and_reports_nothing() => Run(async bench =>
    {
        var fence = bench.Controller.Enqueue("one", Long);
        bench.Start();
        await bench.UntilAsync(() => bench.Machine.Running.Count == 1);
        bench.Controller.Held.Remove(fence);
        await bench.UntilAsync(() => bench.Machine.Running.Count == 0, TimeSpan.FromSeconds(13));
        await bench.SleepAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(0, bench.Controller.Count("finish"));
        Assert.Empty(bench.Memory.Attempts());
        AssertOutcome(RunStatus.Success, ReasonCode.None, await bench.RunOneAsync(Work(), "next"));
    });

    [Fact]
    public void Work_ends_at_its_own_deadline_when_the_controller_is_silent() => Run(async bench =>
    {
        bench.Controller.Enqueue("one", Long, disconnect: TimeSpan.FromMinutes(1));
        bench.Start();
        await bench.UntilAsync(() => bench.Machine.Running.Count == 1);
        await bench.SleepAsync(TimeSpan.FromSeconds(1));
        bench.Controller.Away = true;
        await bench.SleepAsync(TimeSpan.FromSeconds(75));
        Assert.Single(bench.Machine.Running);
        await bench.SleepAsync(TimeSpan.FromSeconds(16));

        Assert.Empty(bench.Machine.Running);
    });

    [Fact]
    public void Leases_are_renewed_as_often_as_the_controller_asks() => Run(async bench =>
    {
        bench.Controller.RenewEvery = TimeSpan.FromSeconds(2);
        bench.Start();
        await bench.SleepAsync(TimeSpan.FromSeconds(60));

        Assert.InRange(bench.Controller.Count("renew"), 25, 38);
    });

    [Fact]
    public void Work_that_may_never_overlap_ends_with_its_lease() => Run(async bench =>
    {
        bench.Controller.Enqueue("one", Long, disconnect: TimeSpan.Zero);
        bench.Start();
        await bench.UntilAsync(() => bench.Machine.Running.Count == 1);
        bench.Controller.Away = true;
        await bench.SleepAsync(TimeSpan.FromSeconds(31));

        Assert.Empty(bench.Machine.Running);
    });

    [Fact]
    public void A_lease_that_was_claimed_long_ago_is_confirmed_before_work_begins() => Run(async bench =>
    {
        var lost = 0;
        var fence = bench.Controller.Enqueue("one", Work(), disconnect: TimeSpan.FromMinutes(1));
        bench.Controller.Line = kind => kind switch
        {
            "claim" when lost++ < 14 => Fate.AnswerLost,
            "renew" when lost > 0 => Fate.RequestLost,
            _ => Fate.Arrives,
        };
        bench.Start();
        await bench.SleepAsync(TimeSpan.FromSeconds(40));
        Assert.True(lost > 14);
        Assert.Empty(bench.Controller.Outcomes);
        bench.Controller.Line = _ => Fate.Arrives;

        AssertOutcome(RunStatus.Success, ReasonCode.None, await bench.OutcomeAsync(fence));
    });

    [Fact]
    public void Two_minutes_without_a_controller_cost_a_step_nothing() => Run(async bench =>
    {
        var fence = bench.Controller.Enqueue("one", Work(("FAKE_SLEEP", "3m"), ("FAKE_LOG_BYTES", "3000000")));
        bench.Start();
        await bench.SleepAsync(TimeSpan.FromSeconds(20));
        bench.Controller.Away = true;
        await bench.SleepAsync(TimeSpan.FromMinutes(2));
        bench.Controller.Away = false;
        var outcome = await bench.OutcomeAsync(fence);

        AssertOutcome(RunStatus.Success, ReasonCode.None, outcome);
        Assert.Equal(outcome.StdoutBytes, bench.Controller.Log(fence).Length);
        Assert.Equal(3_000_000, bench.Controller.Log(fence, LogStream.Stderr).Length);
    });

    [Theory]
    [InlineData("channel")]
    [InlineData("renewal")]
    [InlineData("report")]
    public void A_stop_asks_the_step_to_end_and_finishes_it_as_cancelled(string way) => Run(async bench =>
    {
        var fence = bench.Controller.Enqueue("one", Work(("FAKE_SLEEP", "30m")));
        if (way == "report") bench.Controller.StopAsked.Add(fence);
        bench.Start();
        await bench.UntilAsync(() => bench.Machine.Running.Count == 1);
        if (way == "channel") bench.Controller.Say(ChannelMessageKind.Stop, fence);
        if (way == "renewal") bench.Controller.StopAsked.Add(fence);

        AssertOutcome(
            RunStatus.Cancelled, ReasonCode.Cancelled, await bench.OutcomeAsync(fence, TimeSpan.FromSeconds(13)));
    });

    [Fact]
    public void A_step_that_ignores_the_stop_is_killed_after_its_grace() => Run(async bench =>
    {
        var fence = bench.Controller.Enqueue("one", Work(("FAKE_SLEEP", "30m"), ("FAKE_IGNORE_TERM", "true")));
        bench.Start();
        await bench.UntilAsync(() => bench.Machine.Running.Count == 1);
        bench.Controller.Say(ChannelMessageKind.Stop, fence);
        await bench.SleepAsync(TimeSpan.FromSeconds(9));
        Assert.Single(bench.Machine.Running);

        AssertOutcome(
            RunStatus.Cancelled, ReasonCode.Cancelled, await bench.OutcomeAsync(fence, TimeSpan.FromSeconds(2)));
    });

    private static void Run(Func<AgentBench, Task> test)
    {
        using var bench = new AgentBench();
        bench.Run(() => test(bench));
    }
}
