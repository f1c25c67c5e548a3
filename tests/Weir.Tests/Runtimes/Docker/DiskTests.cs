using Weir.Engine.Runtimes;
using Weir.Tests.Runtimes.Conformance;

namespace Weir.Tests.Runtimes.Docker;

/// <summary>An agent whose disk has room for next to nothing.</summary>
public sealed class DiskTests : DockerRig
{
    private string Small => Path.Combine(Root, "small");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Directory.CreateDirectory(Small);
        var code = await RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "none", Small);
        Assert.SkipWhen(code != 0, "only root may mount a small disk");
    }

    public override async ValueTask DisposeAsync()
    {
        await RunAsync("umount", "-l", Small);
        await base.DisposeAsync();
    }

    [Fact]
    public async Task A_log_that_the_agents_disk_cannot_take_is_said_not_cut_in_silence()
    {
        var spec = NewSpec() with { Folder = Path.Combine(Small, "attempt") };
        await using var step = new StepUnderTest(await Runtime.CreateAsync(spec, default), spec);
        await step.Container.OpenGateAsync(
            new GateScript(["head -c 8000000 /dev/zero"], new Dictionary<string, string>()), default);
        var exception = await Assert.ThrowsAsync<IOException>(async () =>
        {
            while (await step.Container.ReadAsync(default) is not null)
            {
                // to the end, or to what prevents it
            }
        });
        Assert.Contains("No space left", exception.Message, StringComparison.Ordinal);
        await step.Container.KillAsync(TimeSpan.Zero, default);
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
