using Weir.Agent;
using Weir.Contracts.Agents;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Fake;
using Weir.Runtimes.Process;
using Weir.Testing;

namespace Weir.Tests.Agent;

/// <summary>A whole agent over real sockets, on the real disk and clock, in a folder of its own.</summary>
internal sealed class RunningAgent : IAsyncDisposable
{
    private const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("weir-agent-").FullName;
    private readonly ProcessRuntime? _processes;

    private RunningAgent(Uri controller, Func<AgentOptions, AgentOptions> configure, bool real, TimeProvider time)
    {
        File.SetUnixFileMode(_folder, Passable);
        var options = configure(new AgentOptions { Name = "worker", DataDirectory = _folder, Controller = controller });
        _processes = real ? ProcessRuntime.Start(
            new ProcessRuntimeOptions { Folder = Path.Combine(_folder, "processes") }, time) : null;
        IContainerRuntime runtime = _processes is null ? new FakeRuntime(time) : _processes;
        Life = AgentHost.RunAsync(options, [runtime], null, time, new Random(1), null, _drain.Token, _abort.Token);
    }

    public Task Life { get; }

    public string Folder => _folder;

    /// <summary>An agent that joins by a fresh token.</summary>
    public static async Task<RunningAgent> JoinAsync(
        TestController controller, bool real = false, int slots = 1, TimeProvider? time = null)
    {
        var join = await controller.Admin.Agents.CreateJoinTokenAsync(new CreateJoinTokenRequest());
        return Start(controller.Address, options => options with { JoinToken = join.Token, Slots = slots }, real, time);
    }

    public static RunningAgent Start(
        Uri controller, Func<AgentOptions, AgentOptions>? configure = null, bool real = false,
        TimeProvider? time = null) =>
        new(controller, configure ?? (options => options), real, time ?? TimeProvider.System);

    public async Task DrainAsync()
    {
        _drain.Cancel();
        await Life;
    }

    public async ValueTask DisposeAsync()
    {
        _abort.Cancel();
        await ((Task)Life).ContinueWith(_ => { }, TaskScheduler.Default);
        if (_processes is not null) await _processes.DisposeAsync();
        _drain.Dispose();
        _abort.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
