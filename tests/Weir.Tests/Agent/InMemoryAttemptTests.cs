using Weir.Contracts.Statuses;
using static Weir.Tests.Agent.AgentBench;

namespace Weir.Tests.Agent;

/// <summary>
/// Attempts that cannot outlive their agent leave no trace on its disk, until there is something to keep.
/// </summary>
public sealed class InMemoryAttemptTests
{
    [Fact]
    public void A_step_that_needs_no_folder_gets_none() => Run(async bench =>
    {
        var fence = bench.Controller.Enqueue("one", Work(("FAKE_SLEEP", "10s"), ("FAKE_LOG_LINES", "3")));
        bench.Start();
        await bench.UntilAsync(() => bench.Machine.Running.Count == 1);
        Assert.Empty(Kept(bench));
        await bench.OutcomeAsync(fence);
        await bench.SleepAsync(TimeSpan.FromSeconds(1));
        Assert.Empty(Kept(bench));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(bench.Folder, "work")));
    });

    [Fact]
    public void A_step_that_asks_for_files_is_recorded_from_the_start() => Run(async bench =>
    {
        bench.Controller.Enqueue("one", Work(("FAKE_SLEEP", "10s")) with { KeepWorkspace = true });
        bench.Start();
        await bench.UntilAsync(() => bench.Machine.Running.Count == 1);
        Assert.Single(Kept(bench));
    });

    [Fact]
    public void An_outcome_that_could_not_be_told_is_kept_and_told_by_the_next_life() => Run(async bench =>
    {
        var fence = bench.Controller.Enqueue("one", Work(("FAKE_LOG_LINES", "3")));
        bench.Controller.Line = kind => kind == "finish" ? Fate.RequestLost : Fate.Arrives;
        bench.Start();
        await bench.UntilAsync(() => Kept(bench).Length == 1);
        bench.Crash();
        bench.Controller.Line = _ => Fate.Arrives;
        bench.Start();
        var outcome = await bench.OutcomeAsync(fence);

        AssertOutcome(RunStatus.Success, ReasonCode.None, outcome);
        Assert.Equal(outcome.StdoutBytes, bench.Controller.Log(fence).Length);
        await bench.UntilAsync(() => Kept(bench).Length == 0);
    });

    [Fact]
    public void A_step_whose_agent_died_is_given_back_by_the_next_life() => Run(async bench =>
    {
        var fence = bench.Controller.Enqueue("one", Work(("FAKE_SLEEP", "10m")));
        bench.Start();
        await bench.UntilAsync(() => bench.Machine.Running.Count == 1);
        bench.Crash();
        bench.Machine.LoseAll();
        bench.Start();
        await bench.UntilAsync(() => bench.Controller.GivenBack.Contains(fence));
        Assert.Empty(bench.Controller.Outcomes);
    });

    [Fact]
    public void A_log_that_grows_beyond_memory_is_kept_with_its_attempt() => Run(async bench =>
    {
        bench.Controller.Line = kind => kind == "log" ? Fate.RequestLost : Fate.Arrives;
        var fence = bench.Controller.Enqueue("one", Work(("FAKE_SLEEP", "10m"), ("FAKE_LOG_BYTES", "3000000")));
        bench.Start();
        await bench.UntilAsync(() => Kept(bench).Length == 1);
        bench.Crash();
        bench.Machine.LoseAll();
        bench.Controller.Line = _ => Fate.Arrives;
        bench.Start();
        var outcome = await bench.OutcomeAsync(fence);

        AssertOutcome(RunStatus.Failed, ReasonCode.Infrastructure, outcome);
        await bench.UntilAsync(() => Kept(bench).Length == 0);
    });

    private static string[] Kept(AgentBench bench) =>
        Directory.GetFiles(Path.Combine(bench.Folder, "attempts"), "*.attempt");

    private static void Run(Func<AgentBench, Task> test)
    {
        using var bench = new AgentBench(onDisk: true);
        bench.Run(() => test(bench));
    }
}
