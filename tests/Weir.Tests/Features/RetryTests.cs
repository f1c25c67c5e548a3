using Weir.Contracts.Client;
using Weir.Contracts.Flows;
using Weir.Contracts.Problems;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Testing;
using Weir.Tests.Agent;
using Weir.Tests.Vault;

namespace Weir.Tests.Features;

/// <summary>Runs are taken up again, over HTTP, by agents that run real commands.</summary>
public sealed class RetryTests : IDisposable
{
    private readonly string _outside = Directory.CreateTempSubdirectory("weir-retry-").FullName;

    public RetryTests() => File.SetUnixFileMode(_outside, (UnixFileMode)511);

    private string Flow => $"""
        name: build
        runtime: process
        steps:
          - name: make
            commands: [umask 0, 'echo once >> {_outside}/made && echo good > file']
          - name: test
            artifacts: [{"{ name: seen, path: file }"}]
            commands: [umask 0, 'cat file; cat file >> {_outside}/seen', 'echo spoilt > file', 'test -e {_outside}/fixed']
          - name: tidy
            when: always()
            commands: ['echo tidied']
        """;

    [Fact]
    public async Task Only_what_did_not_end_well_is_done_again_with_the_workspace_as_it_was()
    {
        await using var rig = await SecretRig.StartAsync();
        var runs = rig.Controller.Admin.Runs;
        var failed = await rig.RunAsync(Flow);
        Assert.Equal(RunStatus.Failed, failed.Status);
        await File.WriteAllTextAsync(Path.Combine(_outside, "fixed"), "", TestContext.Current.CancellationToken);

        var again = await runs.RetryAsync("@latest", new RetryRunRequest());
        Assert.Equal((failed.Id, 1, false), (again.Id, again.Round, again.Status.IsFinal()));
        var ended = await rig.EndAsync(again);

        Assert.Equal(RunStatus.Success, ended.Status);
        Assert.Equal([1, 2, 2], ended.Steps!.Select(step => step.Attempts.Count));
        Assert.Equal("once\n", await ReadAsync("made"));
        Assert.Equal("good\ngood\n", await ReadAsync("seen"));
        var logs = rig.Controller.Admin.Logs;
        foreach (var attempt in new[] { 1, 2 })
        {
            var log = await logs.ReadAsync(ended.Id, "test", new LogQuery { Attempt = attempt });
            Assert.Equal("good\n"u8.ToArray(), log.Bytes.ToArray());
            await using var tar = await rig.Controller.Admin.Artifacts.DownloadAsync(
                ended.Id, "test", "seen", "file", attempt);
            Assert.Equal("spoilt\n", await new StreamReader(tar).ReadToEndAsync(TestContext.Current.CancellationToken));
        }

        var nodes = (await rig.Controller.Admin.Nodes.ListSubtreeAsync(ended.Node!)).Items;
        Assert.Equal(2, nodes.Count(node => node.Kind == "result"));
        Assert.Equal(["make", "test", "tidy", "test", "tidy"], nodes.Where(n => n.Kind == "step").Select(n => n.Name));
    }

    [Fact]
    public async Task Another_agent_goes_on_with_the_workspace_of_the_last_good_step()
    {
        await using var controller = await TestController.StartAsync();
        var runs = controller.Admin.Runs;
        RunView run;
        await using (await RunningAgent.JoinAsync(controller, real: true))
        {
            run = (await runs.StartAsync(new StartRunRequest { Definition = Flow })).Run;
            await EndAsync(runs, run.Id);
        }

        await File.WriteAllTextAsync(Path.Combine(_outside, "fixed"), "", TestContext.Current.CancellationToken);
        await runs.RetryAsync(run.Id, new RetryRunRequest { From = "test" });
        await using var other = await RunningAgent.JoinAsync(controller, real: true);
        var ended = await EndAsync(runs, run.Id);

        Assert.Equal(RunStatus.Success, ended.Status);
        Assert.Equal("once\n", await ReadAsync("made"));
        Assert.Equal("good\ngood\n", await ReadAsync("seen"));
        Assert.NotEqual(ended.Steps![1].Attempts[0].Agent, ended.Steps[1].Attempts[1].Agent);
    }

    [Fact]
    public async Task A_kept_workspace_outlives_its_agent()
    {
        await using var controller = await TestController.StartAsync();
        var runs = controller.Admin.Runs;
        var flow = $"""
            name: kept
            runtime: process
            keep: workspace
            steps:
              - {"{ name: make, commands: ['echo good > file'] }"}
              - {"{"} name: test, commands: [umask 0, 'cat file >> {_outside}/seen'] {"}"}
            """;
        await using (await RunningAgent.JoinAsync(controller, real: true))
        {
            await EndAsync(runs, (await runs.StartAsync(new StartRunRequest { Definition = flow })).Run.Id);
        }

        await using var other = await RunningAgent.JoinAsync(controller, real: true);
        await runs.RetryAsync("@latest", new RetryRunRequest { From = "test" });
        Assert.Equal(RunStatus.Success, (await EndAsync(runs, "@latest")).Status);
        Assert.Equal("good\ngood\n", await ReadAsync("seen"));
    }

    [Fact]
    public async Task With_the_newest_flow_a_new_run_takes_over_the_steps_that_are_as_before()
    {
        await using var rig = await SecretRig.StartAsync();
        var admin = rig.Controller.Admin;
        await admin.Flows.CreateAsync(new CreateFlowRequest(Flow));
        var failed = await rig.EndAsync((await admin.Runs.StartAsync(new StartRunRequest { Flow = "build" })).Run);
        await admin.Flows.CreateAsync(
            new CreateFlowRequest(Flow.Replace("test -e", "true || test -e", StringComparison.Ordinal)));

        var run = await admin.Runs.RetryAsync(failed.Id, new RetryRunRequest { WithLatestFlow = true });
        var ended = await rig.EndAsync(run);

        Assert.Equal(("build#2", "build#1", 2), (ended.Handle, ended.RetryOf, ended.Revision));
        Assert.Equal(RunStatus.Success, ended.Status);
        Assert.Equal("build#1", ended.Steps![0].ReusedFrom);
        Assert.Equal([0, 1, 1], ended.Steps.Select(step => step.Attempts.Count));
        Assert.Equal("once\n", await ReadAsync("made"));
        Assert.Equal("good\ngood\n", await ReadAsync("seen"));
        Assert.Equal(RunStatus.Failed, (await admin.Runs.GetAsync("build#1")).Status);
    }

    [Fact]
    public async Task What_cannot_be_taken_up_is_refused_with_its_reason()
    {
        await using var controller = await TestController.StartAsync();
        var runs = controller.Admin.Runs;
        await runs.StartAsync(new StartRunRequest { Definition = Flow });
        async Task<string> RefusalAsync(string run, RetryRunRequest request) =>
            (await Assert.ThrowsAsync<WeirApiException>(() => runs.RetryAsync(run, request))).Code;

        Assert.Equal(ErrorCodes.RunActive, await RefusalAsync("@latest", new RetryRunRequest()));
        await using (await RunningAgent.JoinAsync(controller, real: true))
        {
            await File.WriteAllTextAsync(Path.Combine(_outside, "fixed"), "", TestContext.Current.CancellationToken);
            await EndAsync(runs, "@latest");
        }

        Assert.Equal(ErrorCodes.RunNothingToRetry, await RefusalAsync("@latest", new RetryRunRequest()));
        Assert.Equal(ErrorCodes.StepNotFound, await RefusalAsync("@latest", new RetryRunRequest { From = "none" }));
        Assert.Equal(ErrorCodes.RunNotFound, await RefusalAsync("build#9", new RetryRunRequest()));
        Assert.Equal(
            ErrorCodes.FlowNotFound, await RefusalAsync("@latest", new RetryRunRequest { WithLatestFlow = true }));
    }

    public void Dispose() => Directory.Delete(_outside, recursive: true);

    private Task<string> ReadAsync(string name) =>
        File.ReadAllTextAsync(Path.Combine(_outside, name), TestContext.Current.CancellationToken);

    private static async Task<RunView> EndAsync(RunsClient runs, string handle)
    {
        RunView? run = null;
        await Eventually.HoldsAsync(
            async () => (run = await runs.GetAsync(handle)).Ended is not null, "the run ends", TimeSpan.FromSeconds(60));
        return run!;
    }
}
