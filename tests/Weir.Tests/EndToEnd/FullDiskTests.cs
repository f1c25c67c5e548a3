using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Testing;

namespace Weir.Tests.EndToEnd;

public sealed class FullDiskTests
{
    private const string Plain = "name: plain\nruntime: process\nsteps: [{ name: a, commands: ['echo works'] }]\n";

    [Fact]
    public async Task An_agent_survives_its_full_disk_says_so_and_works_again_once_there_is_room()
    {
        await using var disk = await SmallDisk.TryMakeAsync(mebibytes: 12);
        Assert.SkipWhen(disk is null, "needs the right to mount a small disk");
        await using var pair = await WeirPair.StartAsync(agentFolder: Path.Combine(disk.Path, "agent"));

        var greedy = await pair.EndAsync(await pair.StartRunAsync("""
            name: greedy
            runtime: process
            steps: [{ name: a, commands: ['head -c 30000000 /dev/zero > big', 'echo not reached'] }]
            """));
        Assert.Equal((RunStatus.Failed, ReasonCode.Exit), Step(greedy));
        var stderr = Path.Combine(Path.GetDirectoryName(pair.StdoutFile(greedy, "a"))!, "stderr.log");
        Assert.Contains("space", await File.ReadAllTextAsync(stderr), StringComparison.Ordinal);

        var work = Path.Combine(pair.AgentFolder, "work");
        await Eventually.HoldsAsync(() => Directory.GetDirectories(work).Length == 0, "its workspace is gone");
        disk.Fill();
        var run = await pair.StartRunAsync(Plain);
        await Eventually.HoldsAsync(
            async () => (await pair.Client.Agents.ListAsync()).Items[0].Paused?.Contains("its disk has") == true,
            "the agent takes nothing new and says why");
        // A claim that was open when the disk became full may have brought it.
        var attempts = (await pair.GetAsync(run)).Steps![0].Attempts;
        foreach (var missed in attempts.Where(attempt => attempt.Ended is not null))
        {
            Assert.Equal(ReasonCode.Infrastructure, missed.Reason);
            Assert.Contains("disk", missed.Message!, StringComparison.OrdinalIgnoreCase);
        }

        await Eventually.HoldsAsync(
            async () => (await pair.Weir.RunAsync("run", "explain", run.Id)).Output.Contains("takes nothing new"),
            "the run says what it waits for");

        disk.Free();
        Assert.Equal(RunStatus.Success, (await pair.EndAsync(run)).Status);
        Assert.False(pair.Agent.HasEnded, pair.Agent.Printed);
    }

    [Fact]
    public async Task What_a_step_prints_while_the_disk_fills_is_at_the_controller_or_the_loss_is_told()
    {
        await using var disk = await SmallDisk.TryMakeAsync(mebibytes: 12);
        Assert.SkipWhen(disk is null, "needs the right to mount a small disk");
        await using var pair = await WeirPair.StartAsync(agentFolder: Path.Combine(disk.Path, "agent"));
        var marks = pair.Weir.OpenFolder("marks");
        var run = await pair.StartRunAsync($$"""
            name: chatty
            runtime: process
            steps:
              - name: a
                env: { MARKS: '{{marks}}' }
                commands:
                  - 'head -c 300000 /dev/zero; : > "$MARKS/printed"'
                  - 'until [ -e "$MARKS/on" ]; do sleep 0.1; done; echo "attempt $WEIR_ATTEMPT"'
            """);
        await Eventually.HoldsAsync(() => File.Exists(Path.Combine(marks, "printed")), "it prints");
        disk.Fill();
        await File.WriteAllTextAsync(Path.Combine(marks, "on"), "");
        await Eventually.HoldsAsync(
            async () => (await pair.GetAsync(run)) is { InfrastructureLosses: > 0 } or { Ended: not null },
            "it goes on or is lost");
        disk.Free();
        var ended = await pair.EndAsync(run);
        Assert.Equal(RunStatus.Success, ended.Status);
        var attempt = Assert.Single(ended.Steps!).Attempts[^1].Number;
        var log = await File.ReadAllBytesAsync(pair.StdoutFile(ended, "a"));
        Assert.Equal(300_000, log.Count(letter => letter == 0));
        Assert.Equal($"attempt {attempt}\n", System.Text.Encoding.UTF8.GetString(log.AsSpan(300_000)));
    }

    private static (RunStatus Status, ReasonCode Reason) Step(RunView run) =>
        (run.Steps![0].Status, run.Steps[0].Reason);
}
