using System.Net;
using System.Text.Json;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Client;
using Weir.Contracts.Flows;
using Weir.Contracts.Problems;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Contracts.Tokens;
using Weir.Testing;

namespace Weir.Tests.Features;

public sealed class RunTests
{
    internal const string TwoSteps =
        "name: build\nsteps:\n  - { name: first, commands: [echo one] }\n  - { name: second, commands: [echo two] }\n";

    [Fact]
    public async Task A_run_goes_from_start_through_an_agent_to_success()
    {
        await using var controller = await TestController.StartAsync();
        using var agent = await TestControllerAgent.JoinAsync(controller);
        var runs = controller.Admin.Runs;
        var started = await runs.StartAsync(new StartRunRequest { Definition = TwoSteps });
        Assert.Equal(("build#1", RunStatus.Pending), (started.Run.Handle, started.Run.Status));

        foreach (var name in new[] { "first", "second" })
        {
            var work = Assert.Single(await agent.ClaimAsync());
            Assert.Equal(name, work.Fence.Step);
            await agent.ReportAsync(new ReportRequest(work.Fence) { Runtime = "fake" });
            await agent.FinishAsync(Success(work));
        }

        var run = await runs.GetAsync("@latest");
        Assert.Equal((RunStatus.Success, started.Run.Id), (run.Status, run.Id));
        Assert.All(run.Steps!, step => Assert.Equal(RunStatus.Success, step.Status));
        Assert.Equal(agent.Id, run.Steps![0].Attempts[0].Agent);
    }

    [Fact]
    public async Task A_run_is_found_by_every_handle()
    {
        await using var controller = await TestController.StartAsync();
        var runs = controller.Admin.Runs;
        var id = (await runs.StartAsync(new StartRunRequest { Definition = TwoSteps })).Run.Id;

        foreach (var handle in new[] { id, id[^6..], "build#1", "@latest", "@latest:build" })
            Assert.Equal(id, (await runs.GetAsync(handle)).Id);
        foreach (var handle in new[] { id[^5..], "build#2", "@latest:other", "other#1", "build#" })
            Assert.Equal(
                ErrorCodes.RunNotFound, (await Assert.ThrowsAsync<WeirApiException>(() => runs.GetAsync(handle))).Code);
    }

    [Fact]
    public async Task The_same_key_and_content_give_the_same_run_and_other_content_is_refused()
    {
        await using var controller = await TestController.StartAsync();
        var runs = controller.Admin.Runs;
        var request = new StartRunRequest { Definition = TwoSteps, IdempotencyKey = "deploy-1" };

        var first = await runs.StartAsync(request);
        var again = await runs.StartAsync(request);
        var refused = await Assert.ThrowsAsync<WeirApiException>(() => runs.StartAsync(request with { Priority = 5 }));

        Assert.Equal((false, true), (first.Existing, again.Existing));
        Assert.Equal(first.Run.Id, again.Run.Id);
        Assert.Equal((HttpStatusCode.Conflict, ErrorCodes.IdempotencyMismatch), (refused.Status, refused.Code));
        Assert.Single((await runs.ListAsync()).Items);
    }

    [Fact]
    public async Task The_key_may_come_in_the_header_and_the_answer_says_where_the_run_is()
    {
        await using var controller = await TestController.StartAsync();
        var body = JsonSerializer.Serialize(
            new StartRunRequest { Definition = TwoSteps }, Weir.Contracts.Json.WeirJson.Default.StartRunRequest);
        async Task<HttpResponseMessage> StartAsync()
        {
            var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            content.Headers.Add("Idempotency-Key", "a");
            return await controller.SendAsync(HttpMethod.Post, "/v1/runs", content);
        }

        using var first = await StartAsync();
        using var again = await StartAsync();

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.StatusCode, again.StatusCode));
        using var found = await controller.SendAsync(HttpMethod.Get, first.Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.OK, found.StatusCode);
    }

    [Fact]
    public async Task A_stored_flow_runs_at_the_revision_asked_with_its_params()
    {
        await using var controller = await TestController.StartAsync();
        const string Flow = "name: hello\nparams: { who: { type: string, default: you } }\nsteps: [{ name: greet, commands: [echo] }]\n";
        await controller.Admin.Flows.CreateAsync(new CreateFlowRequest(Flow));
        await controller.Admin.Flows.CreateAsync(new CreateFlowRequest(Flow + "# second\n"));
        var who = JsonSerializer.Deserialize<JsonElement>(
            "\"world\"", Weir.Contracts.Json.WeirJson.Default.JsonElement);
        var @params = new Dictionary<string, JsonElement> { ["who"] = who };

        var newest = await controller.Admin.Runs.StartAsync(new StartRunRequest { Flow = "hello", Params = @params });
        var older = await controller.Admin.Runs.StartAsync(new StartRunRequest { Flow = "hello", Revision = 1 });

        Assert.Equal((2, "world"), (newest.Run.Revision, newest.Run.Params["who"].GetString()));
        Assert.Equal((1, "you"), (older.Run.Revision, older.Run.Params["who"].GetString()));
        var unknown =
            await Assert.ThrowsAsync<WeirApiException>(() => controller.Admin.Runs.StartAsync(new StartRunRequest
        {
            Flow = "hello",
            Params = new Dictionary<string, JsonElement> { ["whom"] = who },
        }));
        Assert.Contains(unknown.Problems, problem => problem.Message.Contains("who", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_filtered_and_page_after_page()
    {
        await using var controller = await TestController.StartAsync();
        var runs = controller.Admin.Runs;
        for (var i = 0; i < 5; i++) await runs.StartAsync(new StartRunRequest { Definition = TwoSteps });
        await runs.StartAsync(
            new StartRunRequest { Definition = TwoSteps.Replace("build", "other", StringComparison.Ordinal) });
        await runs.CancelAsync("build#2");

        var first = await runs.ListAsync(new RunListQuery { Flow = "build", Page = new PageQuery(2) });
        var second = await runs.ListAsync(new RunListQuery { Flow = "build", Page = new PageQuery(2, first.Next) });
        var third = await runs.ListAsync(new RunListQuery { Flow = "build", Page = new PageQuery(2, second.Next) });

        Assert.Equal([5, 4, 3, 2, 1], first.Items.Concat(second.Items).Concat(third.Items).Select(run => run.Number));
        Assert.Null(third.Next);
        Assert.Equal(
            ["build#2"], (
                await runs.ListAsync(
                    new RunListQuery { Statuses = [RunStatus.Cancelled] })).Items.Select(run => run.Handle));
        Assert.Empty(
            (await runs.ListAsync(new RunListQuery { Since = TimeProvider.System.GetUtcNow().AddHours(1) })).Items);
        Assert.Equal(
            6, (
                await runs.ListAsync(
                    new RunListQuery { Since = TimeProvider.System.GetUtcNow().AddHours(-1) })).Items.Count);
    }

    [Fact]
    public async Task A_watch_shows_every_change_and_ends_with_the_run()
    {
        await using var controller = await TestController.StartAsync();
        using var agent = await TestControllerAgent.JoinAsync(controller);
        await controller.Admin.Runs.StartAsync(new StartRunRequest { Definition = TwoSteps });
        var seen = new List<RunView>();

        await foreach (var view in controller.Admin.Runs.WatchAsync("build#1"))
        {
            seen.Add(view);
            if (view.Status == RunStatus.Pending
                || view.Steps!.Any(step => step.Status == RunStatus.Pending && seen.Count < 10))
            {
                foreach (var work in await agent.ClaimAsync(wait: 0)) await agent.FinishAsync(Success(work));
            }
        }

        Assert.Equal(RunStatus.Pending, seen[0].Status);
        Assert.Equal(RunStatus.Success, seen[^1].Status);
        Assert.Equal(seen.Select(view => view.Version).Order(), seen.Select(view => view.Version));
    }

    [Fact]
    public async Task A_watch_and_a_followed_log_go_on_after_a_restart_of_the_controller()
    {
        await using var controller = await TestController.StartAsync(options => options with { Port = FreePort() });
        using var agent = await TestControllerAgent.JoinAsync(controller);
        await controller.Admin.Runs.StartAsync(new StartRunRequest { Definition = TwoSteps });
        var work = Assert.Single(await agent.ClaimAsync());
        await agent.AppendLogAsync(work.Fence, new LogPiece(LogStream.Stdout, 0, 0, "before\n"u8.ToArray()));
        await using var watch = controller.Admin.Runs.WatchAsync("build#1").GetAsyncEnumerator();
        await using var log = controller.Admin.Logs.FollowAsync("build#1", "first").GetAsyncEnumerator();
        Assert.True(await watch.MoveNextAsync());
        Assert.True(await log.MoveNextAsync());

        await controller.RestartAsync();
        using var opened = await agent.OpenSessionAsync();
        await agent.AppendLogAsync(work.Fence, new LogPiece(LogStream.Stdout, 7, 0, "after\n"u8.ToArray()));
        await controller.With(controller.AdminToken).Runs.CancelAsync("build#1");

        Assert.Equal("before\n", log.Current.Text);
        Assert.True(await log.MoveNextAsync());
        Assert.Equal((7, "after\n"), (log.Current.Offset, log.Current.Text));
        Assert.True(await watch.MoveNextAsync());
        Assert.True(watch.Current.CancelRequested);
    }

    [Fact]
    public async Task A_cancelled_run_stops_and_cannot_be_cancelled_twice()
    {
        await using var controller = await TestController.StartAsync();
        var runs = controller.Admin.Runs;
        await runs.StartAsync(new StartRunRequest { Definition = TwoSteps });

        Assert.Equal(RunStatus.Cancelled, (await runs.CancelAsync("build#1")).Status);

        var refused = await Assert.ThrowsAsync<WeirApiException>(() => runs.CancelAsync("build#1"));
        Assert.Equal((HttpStatusCode.Conflict, ErrorCodes.RunFinished), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task Only_a_run_that_is_over_can_be_deleted()
    {
        await using var controller = await TestController.StartAsync();
        var runs = controller.Admin.Runs;
        await runs.StartAsync(new StartRunRequest { Definition = TwoSteps });
        var refused = await Assert.ThrowsAsync<WeirApiException>(() => runs.DeleteAsync("build#1"));
        Assert.Equal(ErrorCodes.RunActive, refused.Code);
        await runs.CancelAsync("build#1");

        await runs.DeleteAsync("build#1");

        await Assert.ThrowsAsync<WeirApiException>(() => runs.GetAsync("build#1"));
    }

    [Fact]
    public async Task Explain_says_why_a_step_does_not_run()
    {
        await using var controller = await TestController.StartAsync();
        await controller.Admin.Runs.StartAsync(new StartRunRequest { Definition = TwoSteps });

        var explained = await controller.Admin.Runs.ExplainAsync("build#1");

        Assert.Equal(["first", "second"], explained.Steps.Select(step => step.Step));
        Assert.All(explained.Steps, step => Assert.NotEmpty(step.Why));
        Assert.EndsWith("; no agent has joined", explained.Steps[0].Why, StringComparison.Ordinal);
        Assert.Equal("waiting for step first", explained.Steps[1].Why);

        using var agent = await TestControllerAgent.JoinAsync(controller);
        await agent.ClaimAsync(slots: 0, wait: 0);
        explained = await controller.Admin.Runs.ExplainAsync("build#1");
        Assert.Contains("/1 agents fit", explained.Steps[0].Why, StringComparison.Ordinal);
        Assert.Contains("agent ", explained.Steps[0].Hints[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_viewer_looks_and_a_runner_acts()
    {
        await using var controller = await TestController.StartAsync();
        var viewer = await controller.AsAsync(TokenRole.Viewer);
        var runner = await controller.AsAsync(TokenRole.Runner);

        var refused = await Assert.ThrowsAsync<WeirApiException>(
            () => viewer.Runs.StartAsync(new StartRunRequest { Definition = TwoSteps }));
        Assert.Equal(ErrorCodes.NotPermitted, refused.Code);
        await runner.Runs.StartAsync(new StartRunRequest { Definition = TwoSteps });
        Assert.Equal("build#1", (await viewer.Runs.GetAsync("@latest")).Handle);
    }

    internal static FinishRequest Success(Assignment work) =>
        new(work.Fence, new AttemptOutcome(RunStatus.Success, ReasonCode.None));

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
