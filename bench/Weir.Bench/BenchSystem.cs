using Weir.Agent;
using Weir.Contracts.Agents;
using Weir.Contracts.Client;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Controller.Hosting;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Process;

namespace Weir.Bench;

/// <summary>
/// A controller, on SQLite unless told otherwise, and one agent that dials it over HTTP, in this process, in a fresh
/// folder.
/// </summary>
internal sealed class BenchSystem : IAsyncDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 256 });
    private readonly CancellationTokenSource _abort = new();
    private readonly ControllerHost _host;
    private readonly string _folder;
    private readonly Task _agent;
    private readonly IReadOnlyList<IContainerRuntime> _runtimes;

    private BenchSystem(
        ControllerHost host, string folder, string joinToken, IReadOnlyList<IContainerRuntime> runtimes, int slots)
    {
        _host = host;
        _folder = folder;
        _runtimes = runtimes;
        Client = new WeirClient(_http, new WeirClientOptions(host.Address) { Token = host.AdminToken });
        var options = new AgentOptions
        {
            Name = AgentName,
            DataDirectory = Path.Combine(folder, "agent"),
            Slots = slots,
            Controller = host.Address,
            JoinToken = joinToken,
        };
        _agent = Task.Run(
            () => AgentHost.RunAsync(
                options, runtimes, null, TimeProvider.System, new Random(1), null, CancellationToken.None,
                _abort.Token));
    }

    public static IReadOnlyList<IContainerRuntime> Processes(string folder) =>
    [
        ProcessRuntime.Start(
            new ProcessRuntimeOptions { Folder = Path.Combine(folder, "processes") }, TimeProvider.System),
    ];

    public WeirClient Client { get; }

    /// <summary>One of its own, as several systems may share a database.</summary>
    private string AgentName { get; } = "bench-" + Path.GetRandomFileName();

    public string LogFolder => Path.Combine(_folder, "controller", "logs");

    public static Task<BenchSystem> StartAsync(
        Func<string, IReadOnlyList<IContainerRuntime>> runtimes, int slots, CancellationToken cancellationToken) =>
        StartAsync(runtimes, slots, options => options, cancellationToken);

    public static async Task<BenchSystem> StartAsync(
        Func<string, IReadOnlyList<IContainerRuntime>> runtimes, int slots,
        Func<ControllerOptions, ControllerOptions> configure, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("weir-bench-").FullName;
        // Slots have users of their own, which must be able to pass.
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        var options = new ControllerOptions { DataFolder = Path.Combine(folder, "controller"), Port = 0 };
        options = configure(options);
        var host = await ControllerHost.BuildAsync(options, null, cancellationToken);
        await host.StartAsync(cancellationToken);
        using var http = new HttpClient();
        var admin = new WeirClient(http, new WeirClientOptions(host.Address) { Token = host.AdminToken });
        var join = await admin.Agents.CreateJoinTokenAsync(new CreateJoinTokenRequest(), cancellationToken);
        Directory.CreateDirectory(Path.Combine(folder, "agent"));
        var system = new BenchSystem(host, folder, join.Token, runtimes(Path.Combine(folder, "agent")), slots);
        await system.WaitForAgentAsync(cancellationToken);
        return system;
    }

    /// <summary>Starts the definition and waits for its end; anything but success is an error.</summary>
    public async Task<RunView> RunToEndAsync(string definition, CancellationToken cancellationToken)
    {
        var started = await Client.Runs.StartAsync(new StartRunRequest { Definition = definition }, cancellationToken);
        var last = started.Run;
        await foreach (var run in Client.Runs.WatchAsync(started.Run.Id, cancellationToken)) last = run;
        return last.Status == RunStatus.Success
            ? last
            : throw new InvalidOperationException($"{last.Handle} ended {last.Status}: {last.Message}");
    }

    public async ValueTask DisposeAsync()
    {
        await _abort.CancelAsync();
        await _agent;
        foreach (var runtime in _runtimes.OfType<IAsyncDisposable>()) await runtime.DisposeAsync();
        await _host.StopAsync(CancellationToken.None);
        await _host.DisposeAsync();
        _http.Dispose();
        _abort.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task WaitForAgentAsync(CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < 200; tries++)
        {
            var agents = await Client.Agents.ListAsync(cancellationToken: cancellationToken);
            if (agents.Items.Any(a => a.Online && a.Name == AgentName)) return;
            if (_agent.IsCompleted) await _agent;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
        }

        throw new TimeoutException("the agent did not come");
    }
}
