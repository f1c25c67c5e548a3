using System.Diagnostics;
using Weir.Engine.Runtimes;
using Weir.Testing;

namespace Weir.Tests.Runtimes.Conformance;

/// <summary>Gates, kills and what is left behind: nothing.</summary>
public abstract class EndingConformance<TSubject> : ConformanceSuite<TSubject>
    where TSubject : IRuntimeSubject, new()
{
    private static readonly TimeSpan NoGrace = TimeSpan.Zero;
    private static readonly TimeSpan LongGrace = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Nothing_runs_before_the_gate_is_open()
    {
        Needs(RuntimeCapabilities.Commands);
        await using var step = await CreateAsync();
        await using var other = await OpenAsync("echo other");
        await other.FinishAsync();
        Assert.Empty(Directory.EnumerateFileSystemEntries(step.Workspace));
        Assert.False(step.Container.WaitAsync(default).IsCompleted);
        await step.OpenAsync(["touch ran"]);
        await step.FinishAsync();
        Assert.True(File.Exists(Path.Combine(step.Workspace, "ran")));
    }

    [Fact]
    public async Task A_container_dropped_before_its_gate_was_open_leaves_nothing()
    {
        var step = await CreateAsync();
        await step.DisposeAsync();
        Assert.False(Directory.Exists(step.Folder));
        Assert.NotEqual(0, (await step.Container.WaitAsync(default)).ExitCode);
        Assert.Null(await step.Container.ReadAsync(default));
    }

    [Fact]
    public async Task A_container_that_ended_leaves_nothing()
    {
        Needs(RuntimeCapabilities.Commands);
        await using var step = await OpenAsync("mkdir -p ~/a/b; touch ~/a/b/c; chmod 500 ~/a/b; echo x > $WEIR_OUTPUT");
        await step.FinishAsync();
        await step.DisposeAsync();
        Assert.False(Directory.Exists(step.Folder));
    }

    [Fact]
    public async Task A_kill_asks_first()
    {
        Needs(RuntimeCapabilities.Commands);
        await using var step = await OpenAsync(
            "trap 'echo asked; exit 5' TERM; echo ready; while :; do sleep 0.01; done");
        await step.SawAsync("ready");
        await step.Container.KillAsync(LongGrace, default);
        var result = await step.FinishAsync();
        Assert.Contains("asked\n", result.Stdout, StringComparison.Ordinal);
        Assert.Equal(5, result.Exit.ExitCode);
    }

    [Fact]
    public async Task A_kill_reaches_a_program_that_the_shell_waits_for()
    {
        Needs(RuntimeCapabilities.Commands);
        await using var step = await OpenAsync("echo ready; sleep 600", "echo never");
        await step.SawAsync("ready");
        await step.Container.KillAsync(LongGrace, default);
        Assert.Equal(143, (await step.FinishAsync()).Exit.ExitCode);
    }

    [Fact]
    public async Task A_step_that_ignores_the_request_is_killed_after_the_grace()
    {
        Needs(RuntimeCapabilities.Commands);
        await using var step = await OpenAsync("trap '' TERM; echo ready; while :; do sleep 0.05; done");
        await step.SawAsync("ready");
        var clock = Stopwatch.StartNew();
        await step.Container.KillAsync(TimeSpan.FromMilliseconds(300), default);
        Assert.True(clock.Elapsed >= TimeSpan.FromMilliseconds(300), clock.Elapsed.ToString());
        Assert.Equal(137, (await step.FinishAsync()).Exit.ExitCode);
    }

    [Theory]
    [InlineData("setsid sh -c 'trap \"\" TERM; sleep {0}; :' &")]
    [InlineData("(setsid sh -c '(sleep {0}; :) & exit' &)")]
    [InlineData("setsid sh -c 'exec sleep {0}' < /dev/null > /dev/null 2>&1 &")]
    public async Task A_kill_finds_what_hid_itself(string daemon)
    {
        Needs(RuntimeCapabilities.Commands);
        var mark = HostProcesses.NewMark();
        var start = daemon.Replace("{0}", mark, StringComparison.Ordinal);
        await using var step = await OpenAsync($"{start}\necho ready; sleep 600");
        await step.SawAsync("ready");
        await Eventually.HoldsAsync(() => HostProcesses.HasOne(mark), "the daemon runs");
        await step.Container.KillAsync(TimeSpan.FromMilliseconds(100), default);
        Assert.False(HostProcesses.HasOne(mark), "the daemon is gone");
        await step.FinishAsync();
    }

    [Fact]
    public async Task A_daemon_without_any_trace_is_found()
    {
        Needs(RuntimeCapabilities.Commands);
        var isFindable = Runtime.Capabilities.HasFlag(RuntimeCapabilities.OwnUser)
            || Runtime.Capabilities.HasFlag(RuntimeCapabilities.Images);
        Assert.SkipUnless(isFindable, $"{Runtime.Name} knows its processes by neither user nor container");
        var mark = HostProcesses.NewMark();
        await using var step = await OpenAsync(
            $"(env -i setsid sh -c '(exec sleep {mark}) &' > /dev/null 2>&1 &)\nuntil [ -e go ]; do sleep 0.01; done");
        await Eventually.HoldsAsync(() => HostProcesses.HasOne(mark), "the daemon runs");
        await File.WriteAllTextAsync(Path.Combine(step.Workspace, "go"), "");
        Assert.Equal(0, (await step.FinishAsync()).Exit.ExitCode);
        await step.DisposeAsync();
        Assert.False(HostProcesses.HasOne(mark), "the daemon is gone");
    }

    [Fact]
    public async Task A_container_can_be_killed_before_its_gate_is_open()
    {
        await using var step = await CreateAsync();
        await step.Container.KillAsync(LongGrace, default);
        Assert.Equal(143, (await step.Container.WaitAsync(default)).ExitCode);
    }

    [Fact]
    public async Task A_kill_after_the_end_changes_nothing()
    {
        await using var step = await OpenAsync("echo one");
        await step.FinishAsync();
        await step.Container.KillAsync(NoGrace, default);
        Assert.Equal(0, (await step.Container.WaitAsync(default)).ExitCode);
    }

    [Fact]
    public async Task A_kill_spares_the_next_step_of_the_slot()
    {
        Needs(RuntimeCapabilities.Commands);
        await using var step = await OpenAsync("echo ready; sleep 600");
        await using var next = await CreateAsync();
        await step.SawAsync("ready");
        await step.Container.KillAsync(NoGrace, default);
        Assert.Equal(137, (await step.FinishAsync()).Exit.ExitCode);
        await step.DisposeAsync();
        await next.OpenAsync(["echo next"]);
        Assert.Equal("next\n", (await next.FinishAsync()).Stdout);
    }

    [Fact]
    public async Task A_bomb_of_processes_is_killed()
    {
        Needs(RuntimeCapabilities.Commands | RuntimeCapabilities.Limits);
        await using var step = await CreateAsync(Work with { Limits = new() { Pids = 40 } });
        await step.OpenAsync(
            ["trap '' TERM; bomb() { bomb & bomb; }; (bomb) 2>/dev/null & echo ready; while :; do :; done"]);
        await step.SawAsync("ready");
        await step.Container.KillAsync(NoGrace, default);
        Assert.Equal(137, (await step.FinishAsync()).Exit.ExitCode);
    }

    [Fact]
    public async Task A_sweep_removes_what_an_earlier_life_left_and_nothing_else()
    {
        Needs(RuntimeCapabilities.Commands);
        Assert.SkipWhen(Runtime.Capabilities.HasFlag(RuntimeCapabilities.Adoption), "steps outlive their agent");
        await using var own = await OpenAsync("echo ready; sleep 600");
        await own.SawAsync("ready");
        var other = Start("another agent");
        await using var others = await CreateAsync(runtime: other, slot: 0);
        await others.OpenAsync(["echo ready; sleep 600"]);
        await others.SawAsync("ready");

        await Start("agent").SweepAsync([], default);

        Assert.Equal(137, (await own.FinishAsync()).Exit.ExitCode);
        Assert.False(Directory.Exists(own.Folder));
        Assert.False(others.Container.WaitAsync(default).IsCompleted);
        await others.Container.KillAsync(NoGrace, default);
    }

    [Fact]
    public async Task A_sweep_spares_what_it_is_told_to_keep()
    {
        await using var kept = await CreateAsync();
        await using var dropped = await CreateAsync();
        await Runtime.SweepAsync([kept.Spec], default);
        Assert.NotEqual(0, (await dropped.Container.WaitAsync(default)).ExitCode);
        Assert.False(kept.Container.WaitAsync(default).IsCompleted);
    }

    [Fact]
    public async Task What_was_never_there_cannot_be_taken_up() =>
        Assert.Null(await Runtime.AdoptAsync(NewSpec(), default));
}
