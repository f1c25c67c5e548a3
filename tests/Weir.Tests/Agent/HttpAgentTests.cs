using System.Formats.Tar;
using System.Text;
using Weir.Contracts.Agents;
using Weir.Contracts.Client;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Engine.Links;
using Weir.Testing;

namespace Weir.Tests.Agent;

/// <summary>The agent as it is shipped, against the controller as it is shipped.</summary>
public sealed class HttpAgentTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Joins_by_a_token_and_runs_a_flow()
    {
        await using var controller = await TestController.StartAsync();
        await using var agent = await RunningAgent.JoinAsync(controller);

        var run = await RunAsync(controller, """
            name: chain
            steps:
              - { name: one, commands: [first], env: { FAKE_OUTPUT_v: "7" }, outputs: [v] }
              - { name: two, commands: [second], env: { GOT: "${{ steps.one.outputs.v }}" } }
            """, "fake");

        Assert.Equal(RunStatus.Success, run.Status);
        Assert.Equal("+ second\n", await LogAsync(controller, run, "two"));
    }

    [Fact]
    public async Task Waits_for_approval_without_a_token()
    {
        await using var controller = await TestController.StartAsync();
        await using var agent = RunningAgent.Start(controller.Address);
        await Eventually.HoldsAsync(
            async () => (await controller.Admin.Agents.ListAsync()).Items.Count == 1, "the agent is pending");
        var pending = (await controller.Admin.Agents.ListAsync()).Items[0];
        Assert.Equal(AgentState.Pending, pending.State);
        await controller.Admin.Agents.ApproveAsync(pending.Id);

        var run = await RunAsync(controller, "{ name: one, steps: [{ name: only, commands: [x] }] }", "fake");
        Assert.Equal(RunStatus.Success, run.Status);
    }

    [Fact]
    public async Task A_token_that_was_used_is_refused_with_its_reason()
    {
        await using var controller = await TestController.StartAsync();
        var join = await controller.Admin.Agents.CreateJoinTokenAsync(new CreateJoinTokenRequest());
        await using var first =
            RunningAgent.Start(controller.Address, options => options with { JoinToken = join.Token });
        await Eventually.HoldsAsync(
            async () => (await controller.Admin.Agents.ListAsync()).Items.Count == 1, "the first joins");
        await using var second =
            RunningAgent.Start(controller.Address, options => options with { JoinToken = join.Token });

        var refusal = await Assert.ThrowsAsync<LinkException>(() => second.Life);
        Assert.StartsWith("token.", refusal.Code, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_clock_is_no_hindrance()
    {
        await using var controller = await TestController.StartAsync();
        await using var agent = await RunningAgent.JoinAsync(controller, time: new ClockAhead(TimeSpan.FromHours(3)));

        var run = await RunAsync(controller, "{ name: one, steps: [{ name: only, commands: [x] }] }", "fake");
        Assert.Equal(RunStatus.Success, run.Status);
    }

    [Fact]
    public async Task A_revoked_agent_ends_with_the_reason()
    {
        await using var controller = await TestController.StartAsync();
        await using var agent = await RunningAgent.JoinAsync(controller);
        await RunAsync(controller, "{ name: one, steps: [{ name: only, commands: [x] }] }", "fake");
        await controller.Admin.Agents.RevokeAsync((await controller.Admin.Agents.ListAsync()).Items[0].Id);

        // the claim that waits at the controller was let in before; the next one is not
        var refusal = await Assert.ThrowsAsync<LinkException>(() => agent.Life.WaitAsync(Patience));
        Assert.Equal("agent.revoked", refusal.Code);
    }

    [Fact]
    public async Task Files_outputs_and_workspaces_travel_from_step_to_step()
    {
        await using var controller = await TestController.StartAsync();
        await using var agent = await RunningAgent.JoinAsync(controller, real: true);

        var run = await RunAsync(controller, """
            name: files
            steps:
              - name: make
                commands:
                  - mkdir -p out/inner && echo hello > out/a.txt && ln -s a.txt out/link
                      && head -c 300000 /dev/zero > out/inner/big
                  - echo kept > kept.txt && echo "v=1=2" >> $WEIR_OUTPUT
                artifacts: [{ name: result, path: out/ }]
                outputs: [v]
              - name: use
                commands:
                  - cat kept.txt got/a.txt got/link && wc -c < got/inner/big && echo "$V in $WEIR_STEP of $WEIR_RUN"
                env: { V: "${{ steps.make.outputs.v }}" }
                resources: [{ name: result, path: got }]
            """);

        Assert.All(run.Steps!, step => Assert.Null(step.Message));
        Assert.Equal("kept\nhello\nhello\n300000\n1=2 in use of files#1\n", await LogAsync(controller, run, "use"));
        Assert.Equal(RunStatus.Success, run.Status);
        await using var tar = await controller.Admin.Artifacts.DownloadAsync(run.Id, "make", "result");
        using var reader = new TarReader(tar);
        var names = new List<string>();
        while (await reader.GetNextEntryAsync() is { } entry) names.Add(entry.Name.TrimEnd('/'));
        Assert.Equal(["a.txt", "inner", "inner/big", "link"], names);
    }

    [Fact]
    public async Task A_cancelled_run_stops_its_step_over_the_channel()
    {
        await using var controller = await TestController.StartAsync();
        await using var agent = await RunningAgent.JoinAsync(controller, real: true);
        var started =
            await StartAsync(controller, "{ name: long, steps: [{ name: only, commands: ['echo on && sleep 600'] }] }");
        await Eventually.HoldsAsync(
            async () => await LogAsync(controller, started, "only") == "on\n", "the step's log is live");
        var since = TimeProvider.System.GetTimestamp();
        await controller.Admin.Runs.CancelAsync(started.Id);
        var run = await EndAsync(controller, started);

        Assert.Equal(RunStatus.Cancelled, run.Status);
        Assert.True(
            TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(8), "a renewal's period would be longer");
    }

    [Fact]
    public async Task A_large_log_arrives_whole()
    {
        await using var controller = await TestController.StartAsync();
        await using var agent = await RunningAgent.JoinAsync(controller, real: true);
        var run = await RunAsync(controller, "{ name: loud, steps: [{ name: only, commands: ['seq 1 3000000'] }] }");

        Assert.Equal(RunStatus.Success, run.Status);
        var log = await LogAsync(controller, run, "only");
        Assert.Equal(22_888_896, log.Length);
        Assert.EndsWith("\n2999999\n3000000\n", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_controller_that_restarts_finds_its_agent_again()
    {
        int port;
        await using (var before = await TestController.StartAsync()) port = before.Address.Port;
        await using var controller = await TestController.StartAsync(options => options with { Port = port });
        await using var agent = await RunningAgent.JoinAsync(controller, real: true);
        var started = await StartAsync(
            controller, "{ name: long, steps: [{ name: only, commands: ['echo on && sleep 4 && echo off'] }] }");
        await Eventually.HoldsAsync(async () => await LogAsync(controller, started, "only") == "on\n", "the step runs");
        await controller.RestartAsync();
        var run = await EndAsync(controller, started);

        Assert.Equal(RunStatus.Success, run.Status);
        Assert.Equal("on\noff\n", await LogAsync(controller, run, "only"));
    }

    [Fact]
    public async Task Leaves_nothing_behind_of_what_it_ran()
    {
        await using var controller = await TestController.StartAsync();
        await using var agent = await RunningAgent.JoinAsync(controller, real: true);
        await RunAsync(controller, "{ name: one, steps: [{ name: only, commands: ['echo x > file'] }] }");
        await agent.DrainAsync();

        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(agent.Folder, "attempts")));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(agent.Folder, "work")).SelectMany(
            Directory.GetFileSystemEntries));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(Path.Combine(agent.Folder, "agent.json")));
    }

    private static async Task<RunView> RunAsync(TestController controller, string definition, string? runtime = null) =>
        await EndAsync(controller, await StartAsync(controller, definition, runtime));

    private static async Task<RunView> StartAsync(
        TestController controller, string definition, string? runtime = null) =>
        (await controller.Admin.Runs.StartAsync(
            new StartRunRequest { Definition = definition, Runtime = runtime })).Run;

    private static async Task<RunView> EndAsync(TestController controller, RunView run)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!run.Status.IsFinal())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Patience, $"run is still {run.Status}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            run = await controller.Admin.Runs.GetAsync(run.Id);
        }

        return run;
    }

    private static async Task<string> LogAsync(TestController controller, RunView run, string step)
    {
        var log = new StringBuilder();
        for (var offset = 0L; ;)
        {
            var range = await controller.Admin.Logs.ReadAsync(run.Id, step, new LogQuery { Offset = offset });
            log.Append(Encoding.UTF8.GetString(range.Bytes.Span));
            if (range.Next == offset) return log.ToString();
            offset = range.Next;
        }
    }

    private sealed class ClockAhead(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
