using System.Text;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Client;
using Weir.Contracts.Problems;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Testing;

namespace Weir.Tests.Features;

public sealed class LogTests
{
    [Fact]
    public async Task A_range_is_read_in_order_of_arrival_or_by_stream()
    {
        await using var scene = await Scene.StartAsync();
        await scene.WriteAsync(LogStream.Stdout, 0, "one\n");
        await scene.WriteAsync(LogStream.Stderr, 0, "two\n");
        await scene.WriteAsync(LogStream.Stdout, 4, "three\n");

        Assert.Equal("one\ntwo\nthree\n", await scene.ReadAsync(new LogQuery()));
        Assert.Equal("one\nthree\n", await scene.ReadAsync(new LogQuery { View = LogView.Stdout }));
        Assert.Equal("two\n", await scene.ReadAsync(new LogQuery { View = LogView.Stderr }));
        Assert.Equal("e\ntwo\nthr", await scene.ReadAsync(new LogQuery { Offset = 2, Limit = 9 }));
        Assert.Equal("ee\n", await scene.ReadAsync(new LogQuery { Offset = -3 }));
        Assert.Equal("", await scene.ReadAsync(new LogQuery { Offset = 1_000 }));
    }

    [Fact]
    public async Task A_range_says_where_to_go_on_and_whether_anything_will_follow()
    {
        await using var scene = await Scene.StartAsync();
        await scene.WriteAsync(LogStream.Stdout, 0, "0123456789");

        var first = await scene.Logs.ReadAsync("build#1", "first", new LogQuery { Limit = 4 });
        var open = await scene.Logs.ReadAsync("build#1", "first", new LogQuery { Offset = first.Next });
        await scene.FinishAsync();
        var over = await scene.Logs.ReadAsync("build#1", "first", new LogQuery { Offset = open.Next });

        Assert.Equal((4, false, 1), (first.Next, first.Complete, first.Attempt));
        Assert.Equal((10, false), (open.Next, open.Complete));
        Assert.Equal((10, true, 0), (over.Next, over.Complete, over.Bytes.Length));
    }

    [Fact]
    public async Task A_follower_waits_for_the_step_sees_every_byte_once_and_ends_with_it()
    {
        await using var controller = await TestController.StartAsync();
        await controller.Admin.Runs.StartAsync(new StartRunRequest { Definition = RunTests.TwoSteps });
        var text = new StringBuilder();
        var following = Task.Run(async () =>
        {
            await foreach (var chunk in controller.Admin.Logs.FollowAsync("build#1", "first")) text.Append(chunk.Text);
        });

        await using var scene = await Scene.JoinAsync(controller);
        for (var i = 0; i < 20; i++) await scene.WriteAsync(LogStream.Stdout, i * 3, $"{i:00}\n");
        await scene.FinishAsync(tail: new LogPiece(LogStream.Stdout, 60, 0, "end\n"u8.ToArray()));
        await following.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(string.Concat(Enumerable.Range(0, 20).Select(i => $"{i:00}\n")) + "end\n", text.ToString());
    }

    [Fact]
    public async Task A_follower_goes_over_to_the_next_attempt()
    {
        await using var controller = await TestController.StartAsync();
        const string Flow = "name: build\nsteps:\n  - { name: first, commands: [x], retry: { attempts: 2, on: [exit], backoff: { first: 0s, max: 0s } } }\n";
        await controller.Admin.Runs.StartAsync(new StartRunRequest { Definition = Flow });
        await using var scene = await Scene.JoinAsync(controller);
        var seen = new List<(int Attempt, string? Text)>();
        var following = Task.Run(async () =>
        {
            await foreach (
                var chunk in controller.Admin.Logs.FollowAsync("build#1", "first")) seen.Add((
                    chunk.Attempt, chunk.Text));
        });
        await scene.WriteAsync(LogStream.Stdout, 0, "a");
        await scene.FinishAsync(RunStatus.Failed);
        await scene.ClaimAsync();
        await scene.WriteAsync(LogStream.Stdout, 0, "b");
        await scene.FinishAsync();

        await following.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal([(1, "a"), (2, "b")], seen);
        var one = new List<string?>();
        await foreach (
            var chunk in scene.Logs.FollowAsync("build#1", "first", new LogQuery { Attempt = 1 })) one.Add(chunk.Text);
        Assert.Equal(["a"], one);
        Assert.Equal("b", await scene.ReadAsync(new LogQuery()));
        Assert.Equal("a", await scene.ReadAsync(new LogQuery { Attempt = 1 }));
    }

    [Fact]
    public async Task Binary_bytes_arrive_as_they_were()
    {
        await using var scene = await Scene.StartAsync();
        var bytes = Enumerable.Range(0, 200_000).Select(i => (byte)(i * 7 % 256)).ToArray();
        await scene.Agent.AppendLogAsync(scene.Work.Fence, new LogPiece(LogStream.Stdout, 0, 0, bytes));
        await scene.FinishAsync();

        var followed = new MemoryStream();
        await foreach (var chunk in scene.Logs.FollowAsync("build#1", "first")) followed.Write(chunk.Bytes.Span);

        Assert.Equal(bytes, followed.ToArray());
        Assert.Equal(bytes, (await scene.Logs.ReadAsync("build#1", "first")).Bytes.ToArray());
    }

    [Fact]
    public async Task Following_from_an_offset_passes_over_what_is_before_it()
    {
        await using var scene = await Scene.StartAsync();
        await scene.WriteAsync(LogStream.Stdout, 0, "abc");
        await scene.WriteAsync(LogStream.Stderr, 0, "def");
        await scene.FinishAsync();

        var text = "";
        await foreach (
            var chunk in scene.Logs.FollowAsync("build#1", "first", new LogQuery { Offset = 4 })) text += chunk.Text;

        Assert.Equal("ef", text);
    }

    [Fact]
    public async Task A_silent_stream_shows_signs_of_life()
    {
        await using var controller = await TestController.StartAsync(
            options => options with { Heartbeat = TimeSpan.FromMilliseconds(20) });
        await controller.Admin.Runs.StartAsync(new StartRunRequest { Definition = RunTests.TwoSteps });
        using var request = new HttpRequestMessage(
            HttpMethod.Get, new Uri(controller.Address, "/v1/runs/build%231/steps/first/logs/follow"));
        request.Headers.Add("Authorization", $"Bearer {controller.AdminToken}");

        using var response = await controller.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        for (var i = 0; i < 3; i++)
        {
            Assert.StartsWith(":", await lines.ReadLineAsync(), StringComparison.Ordinal);
            Assert.Equal("", await lines.ReadLineAsync());
        }
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        await using var scene = await Scene.StartAsync();

        var step = await Assert.ThrowsAsync<WeirApiException>(() => scene.Logs.ReadAsync("build#1", "third"));
        var run = await Assert.ThrowsAsync<WeirApiException>(() => scene.Logs.ReadAsync("build#9", "first"));
        var attempt = await Assert.ThrowsAsync<WeirApiException>(
            () => scene.Logs.ReadAsync("build#1", "first", new LogQuery { Attempt = 7 }));

        Assert.Equal(ErrorCodes.StepNotFound, step.Code);
        Assert.Equal(ErrorCodes.RunNotFound, run.Code);
        Assert.Equal(ErrorCodes.StepNotFound, attempt.Code);
    }

    [Fact]
    public async Task An_agent_that_lost_its_lease_cannot_write()
    {
        await using var scene = await Scene.StartAsync();
        var stale = scene.Work.Fence with { Lease = scene.Work.Fence.Lease + 1 };

        var answer = await scene.Agent.AppendLogAsync(stale, new LogPiece(LogStream.Stdout, 0, 0, "lie"u8.ToArray()));

        Assert.Equal(WriteVerdict.Fenced, answer.Verdict);
        Assert.Equal("", await scene.ReadAsync(new LogQuery()));
    }

    /// <summary>A run of two steps whose first an agent has claimed.</summary>
    private sealed class Scene(TestController controller, TestControllerAgent agent, bool ownsController)
        : IAsyncDisposable
    {
        public TestControllerAgent Agent => agent;

        public Assignment Work { get; private set; } = null!;

        public LogsClient Logs => controller.Admin.Logs;

        public static async Task<Scene> StartAsync()
        {
            var controller = await TestController.StartAsync();
            await controller.Admin.Runs.StartAsync(new StartRunRequest { Definition = RunTests.TwoSteps });
            return await JoinAsync(controller, ownsController: true);
        }

        public static async Task<Scene> JoinAsync(TestController controller, bool ownsController = false)
        {
            var scene = new Scene(controller, await TestControllerAgent.JoinAsync(controller), ownsController);
            await scene.ClaimAsync();
            return scene;
        }

        public async Task ClaimAsync() => Work = Assert.Single(await agent.ClaimAsync());

        public Task<AppendLogResponse> WriteAsync(LogStream stream, long offset, string text) =>
            agent.AppendLogAsync(Work.Fence, new LogPiece(stream, offset, 0, Encoding.UTF8.GetBytes(text)));

        public async Task<string> ReadAsync(LogQuery query) =>
            Encoding.UTF8.GetString((await Logs.ReadAsync("build#1", "first", query)).Bytes.Span);

        public Task<FinishResponse> FinishAsync(RunStatus status = RunStatus.Success, LogPiece? tail = null)
        {
            var reason = status == RunStatus.Success ? ReasonCode.None : ReasonCode.Exit;
            return agent.FinishAsync(
                new FinishRequest(
                    Work.Fence, new AttemptOutcome(status, reason)) { Tail = tail is null ? [] : [tail] });
        }

        public async ValueTask DisposeAsync()
        {
            agent.Dispose();
            if (ownsController) await controller.DisposeAsync();
        }
    }
}
