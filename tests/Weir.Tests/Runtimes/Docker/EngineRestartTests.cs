using System.Diagnostics;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Docker;
using Weir.Runtimes.Docker.Api;
using Weir.Runtimes.Steps;
using Weir.Testing;
using Weir.Tests.Runtimes.Conformance;

namespace Weir.Tests.Runtimes.Docker;

/// <summary>An engine of the test's own, which it may stop.</summary>
public sealed class EngineRestartTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("weir-engine-").FullName;
    private System.Diagnostics.Process? _engine;
    private DockerRuntime? _runtime;

    private string Socket => Path.Combine(_root, "docker.sock");

    public async ValueTask InitializeAsync()
    {
        TestEngine.SkipWithout();
        Assert.SkipUnless(
            Environment.IsPrivilegedProcess && File.Exists("/usr/sbin/dockerd"), "an engine of its own needs root");
        await StartEngineAsync();
        using var source = new EngineClient(TestEngine.Socket);
        using var target = new EngineClient(Socket);
        await using var image = await source.Images.SaveAsync(TestEngine.Image, default);
        await target.Images.LoadAsync(image, default);
        var options = TestEngine.Options(Path.Combine(_root, "docker")) with { Socket = Socket };
        _runtime = DockerRuntime.Start(options, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        if (_runtime is not null)
        {
            await _runtime.SweepAsync([], default);
            await _runtime.DisposeAsync();
        }

        if (_engine is not null) await StopEngineAsync();
        // An engine that keeps its containers keeps its own mount as well.
        using (var umount = System.Diagnostics.Process.Start("umount", [Path.Combine(_root, "data")]))
        {
            await umount.WaitForExitAsync();
        }

        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task A_step_lives_on_while_an_engine_that_keeps_containers_is_restarted()
    {
        var workspace = Directory.CreateDirectory(Path.Combine(_root, "work")).FullName;
        var spec = new ContainerSpec("run-step-1", Path.Combine(_root, "attempt"), workspace)
        {
            Work = new StepWork { Limits = new() { Network = "none" } },
        };
        await using var step = new StepUnderTest(await _runtime!.CreateAsync(spec, default), spec);
        await step.OpenAsync(["echo ready; until [ -e go ]; do sleep 0.01; done; echo on; exit 6"]);
        await step.SawAsync("ready");

        await StopEngineAsync();
        await File.WriteAllTextAsync(Path.Combine(workspace, "go"), "");
        var result = await step.FinishAsync();
        Assert.Equal(("ready\non\n", new ContainerExit(6)), (result.Stdout, result.Exit));
        await StartEngineAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_killed_engine_costs_no_step_if_it_keeps_containers_and_is_told_if_it_does_not(bool keeps)
    {
        var workspace = Directory.CreateDirectory(Path.Combine(_root, "work")).FullName;
        var spec = new ContainerSpec("run-step-1", Path.Combine(_root, "attempt"), workspace)
        {
            Work = new StepWork { Limits = new() { Network = "none" } },
        };
        await using var step = new StepUnderTest(await _runtime!.CreateAsync(spec, default), spec);
        await step.OpenAsync(["echo ready; until [ -e go ]; do sleep 0.01; done; echo on; exit 6"]);
        await step.SawAsync("ready");

        await StopEngineAsync(Posix.SignalKill);
        await StartEngineAsync(keeps);
        if (keeps) await File.WriteAllTextAsync(Path.Combine(workspace, "go"), "");
        var result = await step.FinishAsync();
        if (keeps) Assert.Equal(("ready\non\n", new ContainerExit(6)), (result.Stdout, result.Exit));
        else Assert.Contains("from outside", result.Exit.Lost, StringComparison.Ordinal);

        var next = new ContainerSpec("run-next-1", Path.Combine(_root, "next"), workspace) { Work = spec.Work };
        await using var another = new StepUnderTest(await _runtime.CreateAsync(next, default), next);
        await another.OpenAsync(["echo works again"]);
        Assert.Equal("works again\n", (await another.FinishAsync()).Stdout);
    }

    [Fact]
    public async Task An_engine_in_a_mount_namespace_of_its_own_does_not_see_what_is_mounted_here()
    {
        await StopEngineAsync();
        await StartEngineAsync(apart: true);
        var place = Directory.CreateDirectory(Path.Combine(_root, "place")).FullName;
        Assert.Equal(0, (await HostProgram.RunAsync("mount", "-t", "tmpfs", "none", place)).Code);
        try
        {
            var inner = Directory.CreateDirectory(Path.Combine(place, "inner")).FullName;
            Assert.False(await _runtime!.SeesAsync(inner, default));
        }
        finally
        {
            await HostProgram.RunAsync("umount", "-l", place);
        }
    }

    private async Task StartEngineAsync(bool keepsContainers = true, bool apart = false)
    {
        string[] arguments =
        [
            .. apart ? ["--mount", "--propagation", "private", "/usr/sbin/dockerd"] : Array.Empty<string>(),
            "--data-root", Path.Combine(_root, "data"), "--exec-root", Path.Combine(_root, "exec"),
            "--pidfile", Path.Combine(_root, "dockerd.pid"), "--host", $"unix://{Socket}",
            .. keepsContainers ? ["--live-restore"] : Array.Empty<string>(),
            // The rules of the other engine on this machine are not to be disturbed.
            "--iptables=false", "--ip6tables=false",
        ];
        var start = new ProcessStartInfo(apart ? "unshare" : "/usr/sbin/dockerd", arguments)
        {
            UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true,
        };
        _engine = System.Diagnostics.Process.Start(start)!;
        _engine.OutputDataReceived += (_, _) => { };
        _engine.ErrorDataReceived += (_, _) => { };
        _engine.BeginOutputReadLine();
        _engine.BeginErrorReadLine();
        await Eventually.HoldsAsync(AnswersAsync, "the engine answers");
    }

    private async Task<bool> AnswersAsync()
    {
        using var engine = new EngineClient(Socket);
        try
        {
            await engine.PingAsync(default);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task StopEngineAsync(int signal = Posix.SignalTerminate)
    {
        _ = Posix.Kill(_engine!.Id, signal);
        await _engine.WaitForExitAsync();
        _engine.Dispose();
        // It takes its containerd along, and a new engine mistakes one that nobody has buried yet for a living one.
        var containerd = Path.Combine(_root, "exec/containerd/containerd.pid");
        if (signal == Posix.SignalKill && File.Exists(containerd))
        {
            var place = $"/proc/{(await File.ReadAllTextAsync(containerd)).Trim()}";
            await Eventually.HoldsAsync(() => !Directory.Exists(place), "its containerd is gone");
        }

        File.Delete(Path.Combine(_root, "dockerd.pid"));
    }
}
