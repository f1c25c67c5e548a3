using System.Security.Cryptography;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using static Weir.Tests.Agent.AgentBench;

namespace Weir.Tests.Agent;

public sealed class RestartTests
{
    [Fact]
    public void A_step_that_outlived_its_agent_is_taken_up_again() => Run(adopts: true, async (bench, crash) =>
    {
        var fence = bench.Controller.Enqueue("one", Work(("FAKE_SLEEP", "4m"), ("FAKE_LOG_LINES", "4000")));
        await crash(fence);
        Assert.Single(bench.Machine.Running);
        bench.Start();
        var outcome = await bench.OutcomeAsync(fence);

        AssertOutcome(RunStatus.Success, ReasonCode.None, outcome);
        Assert.Equal(4000 * 64, outcome.StderrBytes);
        Assert.Equal(outcome.StdoutBytes, bench.Controller.Log(fence).Length);
        Assert.Empty(bench.Memory.Attempts());
    });

    [Fact]
    public void What_a_step_told_to_be_secret_stays_so_in_the_next_life() => Run(adopts: true, async (bench, crash) =>
    {
        using var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        bench.Key = key;
        var work = Work(("FAKE_SLEEP", "4m"), ("FAKE_MASK", "hunter22")) with { Commands = ["say hunter22"] };
        var fence = bench.Controller.Enqueue("one", work);
        await crash(fence);
        Assert.DoesNotContain("hunter22", Assert.Single(bench.Memory.Attempts()).Masks!, StringComparison.Ordinal);
        bench.Controller.Masks.Clear();
        bench.Start();
        await bench.OutcomeAsync(fence);

        Assert.Equal("+ say ********\n"u8.ToArray(), bench.Controller.Log(fence));
        Assert.Equal(["hunter22"], bench.Controller.Masks);
    });

    [Fact]
    public void A_step_that_cannot_be_taken_up_is_finished_as_lost() => Run(adopts: false, async (bench, crash) =>
    {
        var fence = bench.Controller.Enqueue("one", Work(("FAKE_SLEEP", "4m")));
        await crash(fence);
        bench.Start();
        var outcome = await bench.OutcomeAsync(fence, TimeSpan.FromSeconds(1));

        AssertOutcome(RunStatus.Failed, ReasonCode.Infrastructure, outcome);
        Assert.Equal("the agent restarted, and the step ended with it", outcome.Message);
        Assert.Empty(bench.Machine.Running);
    });

    [Fact]
    public void A_step_that_is_no_longer_ours_is_killed_and_not_reported() => Run(adopts: true, async (bench, crash) =>
    {
        var fence = bench.Controller.Enqueue("one", Work(("FAKE_SLEEP", "4m")));
        await crash(fence);
        bench.Controller.Held.Remove(fence);
        bench.Start();
        await bench.UntilAsync(() => bench.Machine.Running.Count == 0, TimeSpan.FromSeconds(1));
        await bench.SleepAsync(TimeSpan.FromMinutes(1));

        Assert.Empty(bench.Controller.Outcomes);
        Assert.Empty(bench.Memory.Attempts());
    });

    [Fact]
    public void A_step_left_behind_ends_at_its_deadline_while_nobody_answers() =>
        Run(adopts: true, async (bench, crash) =>
    {
        var fence = bench.Controller.Enqueue("one", Work(("FAKE_SLEEP", "30m")), disconnect: TimeSpan.FromMinutes(1));
        await crash(fence);
        bench.Controller.Away = true;
        bench.Start();
        await bench.SleepAsync(TimeSpan.FromSeconds(40));
        Assert.Single(bench.Machine.Running);
        await bench.SleepAsync(TimeSpan.FromSeconds(50));

        Assert.Empty(bench.Machine.Running);
    });

    [Fact]
    public void An_outcome_that_was_not_answered_is_told_by_the_next_life() => Run(adopts: false, async (bench, _) =>
    {
        var fence = bench.Controller.Enqueue("one", Work(("FAKE_LOG_LINES", "5")));
        bench.Controller.Line = kind => kind == "finish" ? Fate.RequestLost : Fate.Arrives;
        bench.Start();
        await bench.SleepAsync(TimeSpan.FromSeconds(5));
        await bench.AbortAsync();
        bench.Controller.Line = _ => Fate.Arrives;
        bench.Start();
        var outcome = await bench.OutcomeAsync(fence);

        AssertOutcome(RunStatus.Success, ReasonCode.None, outcome);
        Assert.Equal(outcome.StdoutBytes, bench.Controller.Log(fence).Length);
    });

    [Fact]
    public void Log_and_outcome_on_disk_are_told_by_the_next_life() => RunOnDisk(async bench =>
    {
        var fence = bench.Controller.Enqueue("one", Work(("FAKE_SLEEP", "2s"), ("FAKE_LOG_LINES", "9000")));
        bench.Controller.Line = kind => kind is "finish" or "log" ? Fate.RequestLost : Fate.Arrives;
        bench.Start();
        await bench.SleepAsync(TimeSpan.FromSeconds(6));
        await bench.AbortAsync();
        Assert.Empty(bench.Controller.Log(fence));
        bench.Controller.Line = _ => Fate.Arrives;
        bench.Start();
        var outcome = await bench.OutcomeAsync(fence);

        AssertOutcome(RunStatus.Success, ReasonCode.None, outcome);
        Assert.Equal(9000 * 64, bench.Controller.Log(fence, LogStream.Stderr).Length);
        Assert.Equal(outcome.StdoutBytes, bench.Controller.Log(fence).Length);
        await bench.UntilAsync(
            () => Directory.GetFileSystemEntries(Path.Combine(bench.Folder, "attempts")).Length == 0);
    });

    [Fact]
    public void Each_life_counts_a_generation() => RunOnDisk(async bench =>
    {
        for (var life = 1; life <= 3; life++)
        {
            bench.Start();
            await bench.UntilAsync(() => bench.Controller.Claims.Count == life);
            await bench.AbortAsync();
        }

        Assert.Equal([1, 2, 3], bench.Controller.Claims.Select(claim => claim.Nonce.Generation));
    });

    [Fact]
    public void What_an_earlier_life_claimed_but_never_recorded_is_given_back() =>
        Run(adopts: false, async (bench, _) =>
    {
        bench.Controller.Line = kind => kind == "claim" ? Fate.AnswerLost : Fate.Arrives;
        var fence = bench.Controller.Enqueue("one", Work());
        bench.Start();
        await bench.UntilAsync(() => bench.Controller.Held.Contains(fence));
        await bench.AbortAsync();
        bench.Start();
        await bench.UntilAsync(() => bench.Controller.GivenBack.Contains(fence), TimeSpan.FromSeconds(1));
    });

    private static void Run(bool adopts, Func<AgentBench, Func<AttemptFence, Task>, Task> test)
    {
        using var bench = new AgentBench(adopts: adopts);
        bench.Run(() => test(bench, async fence =>
        {
            bench.Start();
            await bench.UntilAsync(() => bench.Controller.Reports.ContainsKey(fence));
            await bench.SleepAsync(TimeSpan.FromSeconds(5));
            bench.Crash();
        }));
    }

    private static void RunOnDisk(Func<AgentBench, Task> test)
    {
        using var bench = new AgentBench(onDisk: true);
        bench.Run(() => test(bench));
    }
}
