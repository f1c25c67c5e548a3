using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weir.Agent;
using Weir.Agent.Links;
using Weir.Contracts.Agents;
using Weir.Contracts.Flows;
using Weir.Contracts.Problems;
using Weir.Controller.Hosting;
using Weir.Engine.Links;

namespace Weir.Cli.Hosting;

/// <param name="Agent">As of any agent.</param>
/// <param name="Runtimes">Those that it may offer, if the machine has them.</param>
internal sealed record LocalAgentOptions(AgentOptions Agent, IReadOnlyList<string> Runtimes)
{
    /// <summary>It speaks HTTP to the controller as an agent elsewhere does, in place of calling it.</summary>
    public bool Dials { get; init; }
}

/// <summary>The agent beside a controller in one process.</summary>
internal sealed partial class LocalAgent : IAsyncDisposable
{
    private static readonly TimeSpan DrainedLook = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _abort = new();
    private readonly AgentFolder _folder;
    private readonly AgentRuntimes _runtimes;

    private LocalAgent(AgentOptions options, AgentFolder folder, AgentRuntimes runtimes)
    {
        Options = options;
        _folder = folder;
        _runtimes = runtimes;
    }

    public AgentOptions Options { get; }

    public IReadOnlyList<string> Runtimes => _runtimes.Names;

    public string Id { get; private init; } = "";

    /// <summary>Completes when the agent ended, in good order or by a failure.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <param name="controller">The one in this process, which serves already.</param>
    /// <param name="local">The agent.</param>
    /// <param name="engine">The socket of the machine's container engine; null when there is none.</param>
    /// <param name="host">This process.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<LocalAgent> StartAsync(
        ControllerHost controller, LocalAgentOptions local, string? engine, CliHost host,
        CancellationToken cancellationToken)
    {
        var options = local.Agent;
        var folder = AgentFolder.Open(options.DataDirectory);
        var runtimes = AgentRuntimes.Start(host, options, local.Runtimes, engine, PullPolicy.IfMissing);
        var link = await controller.ConnectAsync(Introduce(options, runtimes.Names), cancellationToken);
        var agent = new LocalAgent(options, folder, runtimes) { Id = link.AgentId };
        if (local.Dials) options = options with { Controller = controller.Address };
        agent.Start(options, local.Dials ? null : link, controller, host.Time);
        return agent;
    }

    /// <summary>Kills the steps that run; they are counted as lost.</summary>
    public async Task StopAsync()
    {
        await _abort.CancelAsync();
        await Ended;
    }

    public async ValueTask DisposeAsync()
    {
        await _runtimes.DisposeAsync();
        _folder.Dispose();
        _abort.Dispose();
    }

    private void Start(AgentOptions options, IControllerLink? link, ControllerHost controller, TimeProvider time)
    {
        var loggers = controller.Services.GetRequiredService<ILoggerFactory>();
        Ended = Task.Run(() => RunAsync(
            () => AgentHost.RunAsync(
                options, _runtimes.All, link, time, new Random(), loggers, CancellationToken.None, _abort.Token),
            loggers.CreateLogger<LocalAgent>(), time));
    }

    // The controller serves others too: it goes on when an admin drains this agent, who may resume it, or shuts it out.
    private async Task RunAsync(Func<Task> life, ILogger log, TimeProvider time)
    {
        try
        {
            while (!_abort.IsCancellationRequested)
            {
                await life();
                await Task.Delay(DrainedLook, time, _abort.Token);
            }
        }
        catch (LinkException refused) when (refused.Code == ErrorCodes.AgentRevoked)
        {
            Log.ShutOut(log, refused.Message);
            await Task.Delay(Timeout.InfiniteTimeSpan, time, _abort.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (OperationCanceledException) when (_abort.IsCancellationRequested)
        {
            // asked to stop while it was drained
        }
    }

    // enrolled by this process's own right; the agent then finds itself known by its key
    private static EnrolRequest Introduce(AgentOptions options, IReadOnlyList<string> runtimes)
    {
        using var identity = AgentIdentityFile.OpenOrCreate(options.DataDirectory);
        return new EnrolRequest(options.Name, Convert.ToBase64String(identity.PublicKey.Span))
        {
            Slots = options.Slots, Runtimes = runtimes, Host = HostFacts.Read(),
        };
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "the agent of this process is out ({Reason}): steps run at other agents only")]
        public static partial void ShutOut(ILogger log, string reason);
    }
}
