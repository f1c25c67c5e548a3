using System.Security.Cryptography;
using System.Text;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Controller.Hosting;
using Weir.Testing;

namespace Weir.Tests.Features;

public sealed class BlobCollectorTests
{
    private const string Flow =
        "name: build\nsteps:\n  - { name: first, commands: [x], artifacts: [{ name: report, path: out/ }] }\n";

    [Fact]
    public async Task Blobs_of_deleted_runs_go_and_those_that_a_run_names_stay()
    {
        await using var controller = await TestController.StartAsync();
        using var agent = await TestControllerAgent.JoinAsync(controller);
        var (kept, named) = (await LeaveAsync(controller, agent, "kept"), "workspace of kept");
        var gone = await LeaveAsync(controller, agent, "gone");
        await controller.Admin.Runs.DeleteAsync("build#2");
        var fresh = await LeaveAsync(controller, agent, "fresh");
        await controller.Admin.Runs.DeleteAsync("build#3");
        foreach (var old in new[] { kept, gone, PathOf(controller, named) })
            File.SetLastWriteTimeUtc(old, File.GetLastWriteTimeUtc(old).AddDays(-2));

        await controller.Part<BlobCollector>().RunOnceAsync(CancellationToken.None);
        Assert.True(File.Exists(kept));
        Assert.True(File.Exists(PathOf(controller, named)));
        Assert.False(File.Exists(gone));
        Assert.True(File.Exists(fresh));
    }

    // One run whose step leaves an artifact and its workspace; gives the artifact's file.
    private static async Task<string> LeaveAsync(TestController controller, TestControllerAgent agent, string text)
    {
        await controller.Admin.Runs.StartAsync(new StartRunRequest { Definition = Flow });
        var work = Assert.Single(await agent.ClaimAsync());
        foreach (var content in new[] { text, $"workspace of {text}" })
        {
            using var put = await agent.BlobAsync(
                HttpMethod.Put, work.Fence, DigestOf(content), Encoding.UTF8.GetBytes(content));
            put.EnsureSuccessStatusCode();
        }

        await agent.FinishAsync(new FinishRequest(work.Fence, new AttemptOutcome(RunStatus.Success, ReasonCode.None)
        {
            Artifacts = [new ArtifactRecord("report", DigestOf(text), text.Length, 1)],
            WorkspaceDigest = DigestOf($"workspace of {text}"),
        }));
        return PathOf(controller, text);
    }

    private static string PathOf(TestController controller, string text)
    {
        var hex = DigestOf(text)["sha256:".Length..];
        return Path.Combine(controller.Options.DataFolder, "blobs", "sha256", hex[..2], hex);
    }

    private static string DigestOf(string text) =>
        "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
