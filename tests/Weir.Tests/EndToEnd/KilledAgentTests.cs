using System.Globalization;
using Weir.Cli.Hosting;
using Weir.Contracts.Statuses;
using Weir.Testing;

namespace Weir.Tests.EndToEnd;

public sealed class KilledAgentTests
{
    [Fact]
    public async Task A_step_dies_with_its_agent_and_is_made_again_when_that_is_back()
    {
        await using var pair = await WeirPair.StartAsync();
        var marks = pair.Weir.OpenFolder("marks");
        var run = await pair.StartRunAsync($$"""
            name: again
            runtime: process
            steps:
              - name: once
                env: { MARKS: '{{marks}}' }
                commands:
                  - 'echo "attempt $WEIR_ATTEMPT" && sleep 300 & echo $! > "$MARKS/sleeper.$WEIR_ATTEMPT"'
                  - 'if [ "$WEIR_ATTEMPT" = 1 ]; then wait; fi'
            """);
        var sleeper = await ReadNumberAsync(Path.Combine(marks, "sleeper.1"));
        var began = ProcessTable.StartOf(sleeper)!.Value;
        await pair.Agent.KillAsync();

        await Eventually.HoldsAsync(() => !ProcessTable.IsAlive(sleeper, began), "the step's processes die with it");
        Assert.Equal(RunStatus.Running, (await pair.GetAsync(run)).Status);
        await pair.StartAgentAsync();
        var ended = await pair.EndAsync(run);

        Assert.Equal((RunStatus.Success, 1), (ended.Status, ended.InfrastructureLosses));
        var attempts = Assert.Single(ended.Steps!).Attempts;
        Assert.Equal([ReasonCode.Infrastructure, ReasonCode.None], attempts.Select(attempt => attempt.Reason));
        Assert.Equal([RunStatus.Failed, RunStatus.Success], attempts.Select(attempt => attempt.Status));
        Assert.Equal("attempt 2\n", await File.ReadAllTextAsync(pair.StdoutFile(ended, "once")));
        // the agent tidies once its outcome was answered, which people see before it does
        await Eventually.HoldsAsync(
            () => ((string[])["attempts", "work"]).All(
                name => Directory.GetFileSystemEntries(Path.Combine(pair.AgentFolder, name)).Length == 0),
            "nothing is left at the agent");
    }

    [Fact]
    public async Task A_second_agent_on_the_folder_is_refused_and_the_first_works_on()
    {
        await using var pair = await WeirPair.StartAsync();
        var second = await pair.Weir.RunAsync(
            "agent", "--join", pair.Address, "--allow-process", "--data-dir", pair.AgentFolder);
        Assert.Equal(6, second.Code);
        Assert.Contains("in use by another agent", second.Error, StringComparison.Ordinal);
        Assert.Single(second.Error.TrimEnd().Split('\n'));

        var run = await pair.StartRunAsync("name: on\nruntime: process\nsteps: [{ name: a, commands: ['true'] }]\n");
        Assert.Equal(RunStatus.Success, (await pair.EndAsync(run)).Status);
        Assert.Equal(0, await pair.Agent.EndAsync());
        Assert.Equal(0, await pair.Controller.EndAsync());
    }

    private static async Task<int> ReadNumberAsync(string path)
    {
        var number = 0;
        await Eventually.HoldsAsync(
            () => File.Exists(path)
                && int.TryParse(File.ReadAllText(path), CultureInfo.InvariantCulture, out number),
            "the step has started");
        return number;
    }
}
