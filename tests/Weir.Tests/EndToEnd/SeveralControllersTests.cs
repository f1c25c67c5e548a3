using System.Text;
using Weir.Contracts.Client;
using Weir.Contracts.Events;
using Weir.Contracts.Nodes;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Testing;

namespace Weir.Tests.EndToEnd;

public sealed class SeveralControllersTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_controller_is_killed_and_another_drained_and_no_step_runs_twice()
    {
        await using var several = await SeveralControllers.StartAsync();
        await several.JoinAsync();
        var marks = several.Weir(0).OpenFolder("marks");
        var started = await several.Client(0).Runs.StartAsync(new StartRunRequest { Definition = Chain(marks) });

        await Marked(marks, 2);
        await several.Processes[0].KillAsync();
        await Marked(marks, 4);
        await several.StartAsync(0);
        await Marked(marks, 5);
        await several.Processes[1].EndAsync();

        var run = await several.EndAsync(0, started.Run);
        Assert.Equal((RunStatus.Success, 0), (run.Status, run.InfrastructureLosses));
        Assert.Equal(Enumerable.Range(1, 7).Select(i => $"{i}"), (await Marks(marks)).Order());
        for (var i = 1; i <= 7; i++)
        {
            var log = await several.Client(0).Logs.ReadAsync(run.Id, $"s{i}", null, Token);
            Assert.Equal($"begin {i}\nend {i}\n", Encoding.UTF8.GetString(log.Bytes.Span));
        }
    }

    [Fact]
    public async Task What_one_controller_is_told_the_other_knows()
    {
        await using var several = await SeveralControllers.StartAsync();
        await several.JoinAsync();
        var marks = several.Weir(0).OpenFolder("marks");
        var started = await several.Client(0).Runs.StartAsync(new StartRunRequest { Definition = Chain(marks) });
        await Marked(marks, 1);
        await several.Client(1).Runs.CancelAsync(started.Run.Id, Token);
        var run = await several.EndAsync(0, started.Run);
        Assert.Equal(RunStatus.Cancelled, run.Status);
        Assert.Equal(
            run.Steps!.Select(step => step.Status),
            (await several.Client(1).Runs.GetAsync(run.Id, Token)).Steps!.Select(step => step.Status));
    }

    [Fact]
    public async Task Events_and_logs_are_followed_at_a_controller_that_another_one_serves()
    {
        await using var several = await SeveralControllers.StartAsync();
        await several.JoinAsync();
        var (here, there) = (several.Client(0), several.Client(1));
        var waiting = there.Events.ReadAsync(new EventListQuery { Types = "node.", From = "0", Wait = 30 }, Token);
        var followed = FirstAsync(there.Events.FollowAsync(new EventListQuery { Types = "node." }, Token));
        var node = await here.Nodes.AddAsync(new AddNodeRequest("a"), Token);
        Assert.Equal(node.Id, Assert.Single((await waiting).Items).Subject);
        var more = await here.Nodes.AddAsync(new AddNodeRequest("b"), Token);
        Assert.Contains((await followed).Subject, (string[])[node.Id, more.Id]);

        var started = await here.Runs.StartAsync(
            new StartRunRequest { Definition = Chain(several.Weir(0).OpenFolder("marks")) }, Token);
        var log = new StringBuilder();
        await foreach (var chunk in there.Logs.FollowAsync(started.Run.Id, "s2", cancellationToken: Token))
            log.Append(chunk.Text);
        Assert.Equal("begin 2\nend 2\n", log.ToString());
    }

    [Fact]
    public async Task A_controller_without_the_shared_folder_is_refused()
    {
        await using var several = await SeveralControllers.StartAsync();
        await using var third = new WeirProcess();
        var alone = await third.RunAsync("controller", "--port", "0", "--database", several.Database);
        Assert.Equal(1, alone.Code);
        Assert.Contains("--shared-data-dir", alone.Error, StringComparison.Ordinal);
        var elsewhere = await third.RunAsync(
            "controller", "--port", "0", "--database", several.Database, "--shared-data-dir", third.Folder);
        Assert.Equal(1, elsewhere.Code);
        Assert.Contains("cluster.key is another", elsewhere.Error, StringComparison.Ordinal);
    }

    private static async Task<EventView> FirstAsync(IAsyncEnumerable<EventView> events)
    {
        await foreach (var one in events) return one;
        throw new InvalidOperationException("the stream ended");
    }

    private static string Chain(string marks) =>
        $"name: chain\nruntime: process\nenv: {{ MARKS: '{marks}' }}\nsteps:\n" + string.Concat(
            Enumerable.Range(1, 7).Select(i => $$"""
                  - name: s{{i}}
                    commands:
                      - 'echo "begin {{i}}"; echo {{i}} >> "$MARKS/all"; sleep 0.7; echo "end {{i}}"'

                """));

    private static async Task<string[]> Marks(string marks) =>
        File.Exists(Path.Combine(marks, "all")) ? await File.ReadAllLinesAsync(Path.Combine(marks, "all"), Token) : [];

    private static Task Marked(string marks, int count) => Eventually.HoldsAsync(
        async () => (await Marks(marks)).Length >= count, $"{count} steps began", TimeSpan.FromSeconds(60));
}
