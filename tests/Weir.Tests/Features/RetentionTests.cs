using System.Security.Cryptography;
using System.Text;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Client;
using Weir.Contracts.Problems;
using Weir.Contracts.Retention;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Controller.Hosting;
using Weir.Testing;

namespace Weir.Tests.Features;

/// <summary>What a namespace's policy lets go, on a clock that the test sets forward.</summary>
public sealed class RetentionTests : IDisposable
{
    private const string Flow =
        "name: build\nsteps:\n  - { name: first, commands: [x], artifacts: [{ name: report, path: out/ }] }\n";

    private readonly ShiftedTime _time = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("weir-retention-").FullName;

    [Fact]
    public async Task Each_thing_goes_after_its_own_time_and_says_so()
    {
        await using var controller = await StartAsync();
        var admin = controller.Admin;
        using var agent = await TestControllerAgent.JoinAsync(controller);
        var old = await RunAsync(controller, agent, "old");
        await AdvanceAsync(agent, TimeSpan.FromDays(3));
        var young = await RunAsync(controller, agent, "young");
        var policy = new RetentionPolicy
        {
            Runs = TimeSpan.FromDays(9), Logs = TimeSpan.FromDays(4), Artifacts = TimeSpan.FromDays(2),
        };

        Assert.Equal(policy, await admin.Retention.SetAsync(policy));
        Assert.Equal(policy, await admin.Retention.GetAsync());
        var preview = await admin.Retention.PreviewAsync();
        Assert.Empty(preview.Runs.Concat(preview.Logs));
        Assert.Equal(["build#1"], preview.Artifacts);
        await DownloadAsync(admin, old);
        Assert.Equal(["build#1"], (await admin.Retention.RunAsync()).Artifacts);
        Assert.Empty((await admin.Retention.RunAsync()).Artifacts);
        Assert.Equal(ErrorCodes.ArtifactGone, await RefusalAsync(() => DownloadAsync(admin, old)));
        await DownloadAsync(admin, young);
        Assert.Equal(
            ErrorCodes.RunExpired,
            await RefusalAsync(() => admin.Runs.RetryAsync(old.Id, new RetryRunRequest { From = "first" })));

        await AdvanceAsync(agent, TimeSpan.FromDays(2));
        await controller.Part<RetentionLoop>().RunOnceAsync(CancellationToken.None);
        Assert.Equal(
            ErrorCodes.LogGone, await RefusalAsync(() => admin.Logs.ReadAsync(old.Id, "first", new LogQuery())));
        Assert.Equal("log of young"u8.ToArray(), (await LogAsync(admin, young)).ToArray());

        await AdvanceAsync(agent, TimeSpan.FromDays(5));
        await controller.Part<RetentionLoop>().RunOnceAsync(CancellationToken.None);
        Assert.Equal(["build#2"], (await admin.Runs.ListAsync()).Items.Select(run => run.Handle));
        Assert.Equal(2, (await admin.Nodes.ListSubtreeAsync(old.Node!)).Items.Count);
        await controller.Part<BlobCollector>().RunOnceAsync(CancellationToken.None);
        Assert.False(HasBlob(controller, "old"));
    }

    [Fact]
    public async Task A_time_that_makes_no_sense_is_refused_and_nothing_changes()
    {
        await using var controller = await StartAsync();
        var refusal = await Assert.ThrowsAsync<WeirApiException>(() => controller.Admin.Retention.SetAsync(
            new RetentionPolicy { Runs = TimeSpan.FromSeconds(1), Logs = TimeSpan.FromDays(40_000) }));
        Assert.Equal(["runs", "logs"], refusal.Problems.Select(problem => problem.Path));
        Assert.Equal(new RetentionPolicy(), await controller.Admin.Retention.GetAsync());
    }

    /// <summary>
    /// Runs come, leave blobs that others left too, are taken up again, taken over, deleted and let go, while blobs are
    /// collected; whatever a run that is there names can be had at every moment.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Nothing_that_a_run_names_is_ever_collected(int seed)
    {
        var random = new Random(seed);
        await using var controller = await StartAsync();
        var admin = controller.Admin;
        using var agent = await TestControllerAgent.JoinAsync(controller);
        await admin.Retention.SetAsync(
            new RetentionPolicy { Runs = TimeSpan.FromDays(8), Artifacts = TimeSpan.FromDays(5) });
        for (var turn = 0; turn < 60; turn++)
        {
            await AdvanceAsync(agent, TimeSpan.FromHours(random.Next(1, 30)));
            switch (random.Next(4))
            {
                case 0 or 1:
                    await RunAsync(controller, agent, $"content-{random.Next(12)}", random.Next(3) == 0);
                    break;
                case 2 when (await admin.Runs.ListAsync()).Items is [_, ..] runs:
                    await TakeUpOrDeleteAsync(controller, agent, runs[random.Next(runs.Count)], random);
                    break;
                default:
                    var collecting = controller.Part<BlobCollector>().RunOnceAsync(CancellationToken.None);
                    await controller.Part<RetentionLoop>().RunOnceAsync(CancellationToken.None);
                    await collecting;
                    break;
            }

            foreach (var run in (await admin.Runs.ListAsync()).Items.Where(run => run.ArtifactsGone is null))
            {
                var steps = (await admin.Runs.GetAsync(run.Id)).Steps!;
                var named = steps.SelectMany(s => s.Artifacts.Concat(s.Attempts.SelectMany(a => a.Artifacts)));
                Assert.All(named, artifact => Assert.True(
                    HasBlob(controller, artifact.Digest), $"turn {turn}: {run.Handle} names {artifact.Digest}"));
            }
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task TakeUpOrDeleteAsync(
        TestController controller, TestControllerAgent agent, RunView run, Random random)
    {
        if (random.Next(3) == 0)
        {
            await controller.Admin.Runs.DeleteAsync(run.Id);
            return;
        }

        if (run.ArtifactsGone is not null) return;
        await controller.Admin.Runs.RetryAsync(run.Id, new RetryRunRequest { From = "first" });
        await ExecuteAsync(agent, $"content-{random.Next(12)}", fails: false);
    }

    private Task<TestController> StartAsync() => TestController.StartAsync(
        options => options with { DataFolder = Path.Combine(_folder, "data"), Time = _time });

    /// <summary>A session ends meanwhile, so the agent opens another.</summary>
    private async Task AdvanceAsync(TestControllerAgent agent, TimeSpan time)
    {
        _time.Shift += time;
        using var opened = await agent.OpenSessionAsync();
        opened.EnsureSuccessStatusCode();
    }

    private static async Task<RunView> RunAsync(
        TestController controller, TestControllerAgent agent, string content, bool fails = false)
    {
        var run = (await controller.Admin.Runs.StartAsync(new StartRunRequest { Definition = Flow })).Run;
        await ExecuteAsync(agent, content, fails);
        return await controller.Admin.Runs.GetAsync(run.Id);
    }

    private static async Task ExecuteAsync(TestControllerAgent agent, string content, bool fails)
    {
        var work = Assert.Single(await agent.ClaimAsync());
        var bytes = Encoding.UTF8.GetBytes(content);
        using var asked = await agent.BlobAsync(HttpMethod.Head, work.Fence, DigestOf(content));
        if (!asked.IsSuccessStatusCode)
        {
            using var put = await agent.BlobAsync(HttpMethod.Put, work.Fence, DigestOf(content), bytes);
            put.EnsureSuccessStatusCode();
        }

        var outcome = fails
            ? new AttemptOutcome(RunStatus.Failed, ReasonCode.Exit) { ExitCode = 1 }
            : new AttemptOutcome(RunStatus.Success, ReasonCode.None);
        await agent.FinishAsync(new FinishRequest(work.Fence, outcome with
        {
            Artifacts = [new ArtifactRecord("report", DigestOf(content), bytes.Length, 1)],
        })
        {
            Tail = [new LogPiece(LogStream.Stdout, 0, 0, Encoding.UTF8.GetBytes($"log of {content}"))],
        });
    }

    private static async Task DownloadAsync(WeirClient client, RunView run)
    {
        await using var content = await client.Artifacts.DownloadAsync(run.Id, "first", "report");
    }

    private static async Task<ReadOnlyMemory<byte>> LogAsync(WeirClient client, RunView run) =>
        (await client.Logs.ReadAsync(run.Id, "first", new LogQuery())).Bytes;

    private static async Task<string> RefusalAsync(Func<Task> ask) =>
        (await Assert.ThrowsAsync<WeirApiException>(ask)).Code;

    private static bool HasBlob(TestController controller, string contentOrDigest)
    {
        var hex = (contentOrDigest.StartsWith("sha256:", StringComparison.Ordinal)
            ? contentOrDigest
            : DigestOf(contentOrDigest))["sha256:".Length..];
        return File.Exists(Path.Combine(controller.Options.DataFolder, "blobs", "sha256", hex[..2], hex));
    }

    private static string DigestOf(string text) =>
        "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>The system's clock, which the test sets forward: days pass without the timers of days.</summary>
    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Shift;
    }
}
