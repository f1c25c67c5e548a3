using System.Formats.Tar;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Client;
using Weir.Contracts.Nodes;
using Weir.Contracts.Problems;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Testing;

namespace Weir.Tests.Features;

public sealed class ArtifactTests
{
    [Fact]
    public async Task An_artifact_is_listed_and_downloaded_as_a_whole_or_file_by_file()
    {
        await using var controller = await TestController.StartAsync();
        var tar = await LeaveArtifactAsync(controller);
        var artifacts = controller.Admin.Artifacts;

        var listed = Assert.Single((await artifacts.ListAsync("build#1")).Items);
        Assert.Equal(("first", "report", tar.LongLength, 2), (listed.Step, listed.Name, listed.Bytes, listed.Files));
        Assert.Equal(tar, await ReadAsync(await artifacts.DownloadAsync("build#1", "first", "report")));
        Assert.Equal(
            "alpha"u8.ToArray(),
            await ReadAsync(await artifacts.DownloadAsync("build#1", "first", "report", "out/a.txt")));
        Assert.Equal(
            "beta"u8.ToArray(),
            await ReadAsync(await artifacts.DownloadAsync("build#1", "first", "report", "./out/b.txt")));
    }

    [Fact]
    public async Task A_run_leaves_nodes_and_its_artifacts_are_had_from_them()
    {
        await using var controller = await TestController.StartAsync();
        var tar = await LeaveArtifactAsync(controller);
        var run = await controller.Admin.Runs.GetAsync("build#1");
        var nodes = controller.Admin.Nodes;

        var root = await nodes.GetAsync(run.Node!);
        var below = (await nodes.ListSubtreeAsync(run.Node!)).Items;

        Assert.Equal(("build", "run", "admin"), (root.Name, root.Kind, root.Owner));
        Assert.Equal((run.Id, "manual"), (TextOf(root, "run"), TextOf(root, "trigger")));
        Assert.Equal(["step", "result"], below.Select(node => node.Kind));
        Assert.Equal(("first", "success"), (below[0].Name, TextOf(below[0], "status")));
        Assert.Equal("success", TextOf(below[1], "status"));
        using var download = await controller.SendAsync(
            HttpMethod.Get, new Uri(below[0].Artifacts["report"]).PathAndQuery);
        Assert.Equal(tar, await download.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        var results = new NodeListQuery
        {
            Fields = [KeyValuePair.Create("kind", "result"), KeyValuePair.Create("data.status", "success")],
        };
        Assert.Equal(below[1].Id, Assert.Single((await nodes.ListAsync(results)).Items).Id);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        await using var controller = await TestController.StartAsync();
        await LeaveArtifactAsync(controller);
        var artifacts = controller.Admin.Artifacts;

        var file = await Assert.ThrowsAsync<WeirApiException>(
            () => artifacts.DownloadAsync("build#1", "first", "report", "../../etc/passwd"));
        var artifact = await Assert.ThrowsAsync<WeirApiException>(
            () => artifacts.DownloadAsync("build#1", "first", "nothing"));
        var step = await Assert.ThrowsAsync<WeirApiException>(
            () => artifacts.DownloadAsync("build#1", "none", "report"));

        Assert.Equal((ErrorCodes.ArtifactNotFound, ErrorCodes.ArtifactNotFound), (file.Code, artifact.Code));
        Assert.Equal(ErrorCodes.StepNotFound, step.Code);
    }

    [Fact]
    public async Task A_controller_that_lets_nobody_download_lets_nobody_download()
    {
        await using var controller = await TestController.StartAsync(
            options => options with { AllowDownloads = false });
        await LeaveArtifactAsync(controller);

        var refused = await Assert.ThrowsAsync<WeirApiException>(
            () => controller.Admin.Artifacts.DownloadAsync("build#1", "first", "report"));

        Assert.Equal((HttpStatusCode.Forbidden, ErrorCodes.NotPermitted), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task Blobs_are_for_the_holder_of_the_attempt_only_and_verified()
    {
        await using var controller = await TestController.StartAsync(options => options with { MaxBlobBytes = 100 });
        const string Flow = "name: build\nsteps:\n  - { name: a, commands: [x], artifacts: [{ name: out, path: out/ }] }\n"
            + "  - { name: b, commands: [x], resources: [{ name: out, path: in }] }\n";
        await controller.Admin.Runs.StartAsync(new StartRunRequest { Definition = Flow });
        using var agent = await TestControllerAgent.JoinAsync(controller);
        var fence = Assert.Single(await agent.ClaimAsync()).Fence;
        var bytes = "some bytes"u8.ToArray();
        var digest = DigestOf(bytes);

        async Task<HttpStatusCode> AskAsync(HttpMethod method, AttemptFence of, string name, byte[]? content = null)
        {
            using var response = await agent.BlobAsync(method, of, name, content);
            return response.StatusCode;
        }

        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(HttpMethod.Head, fence, digest));
        Assert.Equal(
            HttpStatusCode.UnprocessableEntity,
            await AskAsync(HttpMethod.Put, fence, digest, "other bytes"u8.ToArray()));
        Assert.Equal(HttpStatusCode.Created, await AskAsync(HttpMethod.Put, fence, digest, bytes));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(HttpMethod.Put, fence, digest, bytes));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(HttpMethod.Head, fence, digest));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(HttpMethod.Get, fence, digest));
        Assert.Equal(HttpStatusCode.Conflict, await AskAsync(HttpMethod.Get, fence with { Lease = 99 }, digest));
        Assert.Equal(HttpStatusCode.BadRequest, await AskAsync(HttpMethod.Get, fence, "sha256:../../etc/passwd"));
        Assert.Equal(
            HttpStatusCode.RequestEntityTooLarge,
            await AskAsync(HttpMethod.Put, fence, DigestOf(new byte[101]), new byte[101]));

        await agent.FinishAsync(new FinishRequest(fence, new AttemptOutcome(RunStatus.Success, ReasonCode.None)
        {
            Artifacts = [new ArtifactRecord("out", digest, bytes.Length, 1)],
        }));
        var next = Assert.Single(await agent.ClaimAsync()).Fence;
        using var got = await agent.BlobAsync(HttpMethod.Get, next, digest);
        Assert.Equal(bytes, await got.Content.ReadAsByteArrayAsync());
    }

    private static string? TextOf(NodeView node, string field) => node.Data.GetProperty(field).GetString();

    private static async Task<byte[]> LeaveArtifactAsync(TestController controller)
    {
        const string Flow =
            "name: build\nsteps:\n  - { name: first, commands: [x], artifacts: [{ name: report, path: out/ }] }\n";
        await controller.Admin.Runs.StartAsync(new StartRunRequest { Definition = Flow });
        using var agent = await TestControllerAgent.JoinAsync(controller);
        var work = Assert.Single(await agent.ClaimAsync());
        var tar = TarOf(("out/a.txt", "alpha"), ("out/b.txt", "beta"));
        using var put = await agent.BlobAsync(HttpMethod.Put, work.Fence, DigestOf(tar), tar);
        put.EnsureSuccessStatusCode();
        await agent.FinishAsync(new FinishRequest(work.Fence, new AttemptOutcome(RunStatus.Success, ReasonCode.None)
        {
            Artifacts = [new ArtifactRecord("report", DigestOf(tar), tar.Length, 2)],
        }));
        return tar;
    }

    private static byte[] TarOf(params ReadOnlySpan<(string Path, string Text)> files)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            foreach (var (path, text) in files)
                writer.WriteEntry(
                    new PaxTarEntry(
                        TarEntryType.RegularFile,
                        path) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        }

        return tar.ToArray();
    }

    private static string DigestOf(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        await using var opened = stream;
        var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
