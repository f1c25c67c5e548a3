using Weir.Agent.Folders;

namespace Weir.Tests.Runtimes.Docker;

public sealed class MountSightTests : DockerRig
{
    private string Place => Path.Combine(Root, "place");

    public override async ValueTask DisposeAsync()
    {
        foreach (var target in Mounts.Below(Root)) Mounts.Unmount(target);
        await base.DisposeAsync();
    }

    [Fact]
    public async Task What_this_process_mounts_is_seen_by_an_engine_beside_it()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root mounts overlays");
        foreach (var folder in (string[])["l/inner", "u", "w", "place"])
            Directory.CreateDirectory(Path.Combine(Root, folder));
        var options = $"lowerdir={Root}/l,upperdir={Root}/u,workdir={Root}/w";
        Assert.Null(Mounts.TryMount(Place, options, readOnly: false));

        Assert.True(await Runtime.SeesAsync(Path.Combine(Place, "inner"), default));
        await NothingIsLeftAsync();
    }

    private async Task NothingIsLeftAsync()
    {
        var looks = await Engine.Containers.ListAsync("weir.role=look", default);
        Assert.DoesNotContain(looks, entry => entry.Labels["weir.agent"] == AgentMark);
    }

    private string AgentMark => File.ReadAllText(Path.Combine(Root, "docker", "name"));
}
