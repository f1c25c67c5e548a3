using System.Globalization;
using Weir.Contracts.Flows;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Process;
using Weir.Testing;
using Weir.Tests.Runtimes.Conformance;

namespace Weir.Tests.Runtimes.Process;

/// <summary>Steps whose shell was started before anybody asked for it.</summary>
public abstract class SpareSuite<TSubject> : ConformanceSuite<TSubject>
    where TSubject : IRuntimeSubject, new()
{
    private string AgentFolder => Path.GetFullPath(Path.Combine(NewSpec().Folder, "../../agent"));

    [Fact]
    public async Task The_next_step_of_a_slot_finds_its_shell_started()
    {
        await RunAsync("echo one");
        await using var step = await CreateAsync();
        Assert.True(IsSpare(step));
        await step.OpenAsync(["echo two; pwd; echo x > ~/x; echo a=1 > $WEIR_OUTPUT"]);
        var result = await step.FinishAsync();
        Assert.Equal($"two\n{step.Workspace}\n", result.Stdout);
        Assert.Equal("a=1\n"u8.ToArray(), await step.Container.ReadOutputFileAsync(100, default));
        await step.DisposeAsync();
        Assert.False(Directory.Exists(FolderOf(step)));
    }

    [Fact]
    public async Task Another_slot_does_not_take_the_spare()
    {
        await RunAsync("echo one");
        await using var step = await CreateAsync(slot: 1);
        Assert.False(IsSpare(step));
    }

    [Fact]
    public async Task A_step_that_wants_more_than_a_plain_shell_does_not_take_the_spare()
    {
        await RunAsync("echo one");
        await using var bash = await CreateAsync(Work with { Shell = "bash" });
        Assert.False(IsSpare(bash));
        if (!Runtime.Capabilities.HasFlag(RuntimeCapabilities.Limits)) return;
        await using var limited = await CreateAsync(Work with { Limits = new StepLimits { Pids = 100 } });
        Assert.False(IsSpare(limited));
    }

    [Fact]
    public async Task A_spare_that_died_is_not_taken()
    {
        await RunAsync("echo one");
        using (var shell = System.Diagnostics.Process.GetProcessById(await SpareShellAsync(AgentFolder)))
        {
            shell.Kill();
            await Eventually.HoldsAsync(() => !IsAlive(shell.Id), "it is dead");
        }

        await using var step = await CreateAsync();
        Assert.False(IsSpare(step));
        await step.OpenAsync(["echo two"]);
        Assert.Equal("two\n", (await step.FinishAsync()).Stdout);
    }

    [Fact]
    public async Task A_runtime_that_is_disposed_leaves_no_spare()
    {
        var folder = Path.Combine(Path.GetDirectoryName(AgentFolder)!, "another agent");
        int shell;
        await using (var other = (ProcessRuntime)Start("another agent"))
        {
            await using var step = await CreateAsync(runtime: other);
            await step.OpenAsync(["echo one"]);
            await step.FinishAsync();
            await step.DisposeAsync();
            shell = await SpareShellAsync(folder);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        Assert.False(File.Exists($"/proc/{shell}/stat"));
    }

    [Fact]
    public async Task A_sweep_keeps_the_own_spare_and_removes_that_of_an_earlier_life()
    {
        await RunAsync("echo one");
        var shell = await SpareShellAsync(AgentFolder);
        Directory.CreateDirectory(Path.Combine(AgentFolder, "spare-of-a-life-cut-short/home"));
        await Runtime.SweepAsync([], default);
        Assert.Equal(shell, await SpareShellAsync(AgentFolder));
        Assert.Single(Directory.EnumerateDirectories(AgentFolder));

        await using var next = (ProcessRuntime)Start("agent");
        await next.SweepAsync([], default);
        Assert.Empty(Directory.EnumerateFileSystemEntries(AgentFolder));
        Assert.Equal("two\n", (await RunAsync("echo two")).Stdout);
    }

    [Fact]
    public async Task A_step_cannot_reach_the_next_one_of_its_slot()
    {
        Needs(RuntimeCapabilities.OwnUser);
        await RunAsync("echo one");
        await using var next = await CreateAsync();
        var result = await RunAsync(
            $"! echo x >> '{next.Container.OutputFile}'", $"! ls '{FolderOf(next)}/home'", "echo apart");
        Assert.Equal("apart\n", result.Stdout);
    }

    private static bool IsSpare(StepUnderTest step) => FolderOf(step) != step.Folder;

    private static string FolderOf(StepUnderTest step) => Path.GetDirectoryName(step.Container.OutputFile)!;

    private static bool IsAlive(int pid) => ProcFiles.Facts(pid) is { IsDead: false };

    private static async Task<int> SpareShellAsync(string folder)
    {
        var lines = Array.Empty<string>();
        await Eventually.HoldsAsync(
            () =>
            {
                var files = Directory.EnumerateFiles(folder, "spare-*");
                lines = [.. files.SelectMany(File.ReadAllLines)];
                return lines.Length == 5;
            },
            "a spare is made");
        return int.Parse(lines[0], CultureInfo.InvariantCulture);
    }
}

public sealed class SpareTests : SpareSuite<ProcessSubject>;

public sealed class SharedUserSpareTests : SpareSuite<SharedUserProcessSubject>;
