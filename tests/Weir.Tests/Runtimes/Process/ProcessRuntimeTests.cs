using System.Diagnostics;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Process;
using Weir.Runtimes.Steps;
using Weir.Tests.Runtimes.Conformance;

namespace Weir.Tests.Runtimes.Process;

/// <summary>What only the process runtime promises.</summary>
public sealed class ProcessRuntimeTests : ConformanceSuite<ProcessSubject>
{
    [Fact]
    public async Task The_environment_of_a_step_is_in_no_file_and_no_argument()
    {
        await using var step = await CreateAsync();
        await step.OpenAsync(["echo ready; sleep 600"], new Dictionary<string, string> { ["TOKEN"] = "s3cret-value" });
        await step.SawAsync("ready");
        foreach (var file in Directory.EnumerateFiles(step.Folder).Where(file => !IsPipe(file)))
        {
            Assert.DoesNotContain("s3cret", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        }

        await step.Container.KillAsync(TimeSpan.Zero, default);
    }

    [Fact]
    public async Task Folders_that_steps_cannot_come_to_are_named()
    {
        Needs(RuntimeCapabilities.OwnUser);
        var closed = Directory.CreateTempSubdirectory("weir-closed-");
        var spec = NewSpec() with { Folder = Path.Combine(closed.FullName, "attempt") };
        var exception = await Assert.ThrowsAsync<RuntimeException>(() => Runtime.CreateAsync(spec, default));
        Assert.False(exception.UserFault);
        Assert.Contains(closed.FullName, exception.Message, StringComparison.Ordinal);
        closed.Delete(recursive: true);
    }

    [Fact]
    public async Task Files_that_the_agent_brought_belong_to_the_step()
    {
        await using var step = await CreateAsync();
        Directory.CreateDirectory(Path.Combine(step.Workspace, "deep/er"));
        await File.WriteAllTextAsync(Path.Combine(step.Workspace, "deep/er/file"), "old");
        File.CreateSymbolicLink(Path.Combine(step.Workspace, "link"), "/etc/passwd");
        var before = OwnerAndMode("/etc/passwd");
        await step.OpenAsync(["echo new > deep/er/file; rm link"]);
        Assert.Equal(0, (await step.FinishAsync()).Exit.ExitCode);
        Assert.Equal(before, OwnerAndMode("/etc/passwd"));
    }

    [Fact]
    public async Task Two_agents_of_a_machine_never_share_a_user()
    {
        Needs(RuntimeCapabilities.OwnUser);
        await using var other = (ProcessRuntime)Start("another agent");
        await using var first = await CreateAsync();
        await using var second = await CreateAsync(runtime: other);
        await first.OpenAsync(["id -u"]);
        await second.OpenAsync(["id -u"]);
        Assert.NotEqual((await first.FinishAsync()).Stdout, (await second.FinishAsync()).Stdout);
    }

    [Fact]
    public async Task A_bad_name_is_refused()
    {
        var spec = NewSpec() with { Id = "../x" };
        await Assert.ThrowsAsync<RuntimeException>(() => Runtime.CreateAsync(spec, default));
    }

    [Fact]
    public async Task The_guard_kills_what_an_agent_left_when_it_died()
    {
        var events = EventThread.Start();
        var guard = new StepGuard(Guid.CreateVersion7().ToString("N"));
        await guard.StartAsync(events);
        using var step = StartSleep(guard.Nonce + ".x");
        using var bystander = StartSleep("other.x");
        guard.LoseAgent();
        await step.WaitForExitAsync(default).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(bystander.HasExited);
        bystander.Kill();
        events.Dispose();
    }

    private static System.Diagnostics.Process StartSleep(string cookie)
    {
        var start = new ProcessStartInfo("sleep", ["60"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["WEIR_TREE"] = cookie;
        return System.Diagnostics.Process.Start(start)!;
    }

    private static string OwnerAndMode(string file)
    {
        var start = new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%u:%g:%a", file])
        {
            UseShellExecute = false, RedirectStandardOutput = true,
        };
        using var stat = System.Diagnostics.Process.Start(start)!;
        return stat.StandardOutput.ReadToEnd();
    }

    private static bool IsPipe(string file) => Path.GetFileName(file) is "stdout" or "stderr";
}
