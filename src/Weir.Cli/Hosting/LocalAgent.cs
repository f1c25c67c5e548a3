using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weir.Agent;
using Weir.Agent.Folders;
using Weir.Contracts.Agents;
using Weir.Controller.Hosting;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Fake;
using Weir.Runtimes.Process;

namespace Weir.Cli.Hosting;

/// <summary>The agent beside a controller in one process.</summary>
internal sealed class LocalAgent : IAsyncDisposable
{
    private readonly CancellationTokenSource _abort = new();
    private readonly ProcessRuntime _processes;
    private readonly ECDiffieHellman _key;
    private readonly Task _running;

    private LocalAgent(AgentContext context, ProcessRuntime processes, ECDiffieHellman key)
    {
        (_processes, _key) = (processes, key);
        Options = context.Options;
        _running = Task.Run(() => new AgentLoop(context).RunAsync(CancellationToken.None, _abort.Token));
    }

    public AgentOptions Options { get; }

    /// <summary>Completes when the agent ended, in good order or by a failure.</summary>
    public Task Ended => _running;

    public static async Task<LocalAgent> StartAsync(
        ControllerHost controller, AgentOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var directory = new DiskAgentDirectory(options, time);
        var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var request = new EnrolRequest(options.Name, Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()))
        {
            Slots = options.Slots, Runtimes = ["process", "fake"],
        };
        var link = await controller.ConnectAsync(request, cancellationToken);
        var processes = ProcessRuntime.Start(
            new ProcessRuntimeOptions
            {
                Folder = Path.Combine(options.DataDirectory, "processes"),
                OwnUsers = Environment.IsPrivilegedProcess && LocalFolders.CanBePassed(options.DataDirectory),
            },
            time);
        var context = new AgentContext
        {
            Options = options,
            Link = link,
            Directory = directory,
            Runtimes = [processes, new FakeRuntime(time)],
            Time = time,
            Random = new Random(),
            Key = key,
            Loggers = controller.Services.GetRequiredService<ILoggerFactory>(),
        };
        return new LocalAgent(context, processes, key);
    }

    public async Task StopAsync()
    {
        await _abort.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await _processes.DisposeAsync();
        _key.Dispose();
        _abort.Dispose();
    }
}
