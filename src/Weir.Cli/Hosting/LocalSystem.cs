using Microsoft.Extensions.Logging;
using Weir.Controller.Hosting;

namespace Weir.Cli.Hosting;

/// <summary>A controller and an agent in this process.</summary>
internal sealed class LocalSystem : IAsyncDisposable
{
    private readonly ControllerHost _controller;

    private LocalSystem(ControllerHost controller, LocalAgent agent, string folder)
    {
        _controller = controller;
        Agent = agent;
        Folder = folder;
    }

    public LocalAgent Agent { get; }
    public string Folder { get; }
    public Uri Address => _controller.Address;
    public Uri PublicAddress => _controller.PublicAddress;
    public string AdminToken => _controller.AdminToken;
    public string TokenFile => Path.Combine(Folder, "admin.token");

    /// <param name="options">Of the controller.</param>
    /// <param name="local">The agent.</param>
    /// <param name="host">This process.</param>
    /// <param name="logging">Where both log.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<LocalSystem> StartAsync(
        ControllerOptions options, LocalAgentOptions local, CliHost host, Action<ILoggingBuilder> logging,
        CancellationToken cancellationToken)
    {
        // an engine takes its time to answer; the controller starts meanwhile
        var engine = AgentRuntimes.FindEngineAsync(host, local.Runtimes, cancellationToken);
        LocalFolders.Prepare(options.DataFolder);
        var controller = await StartControllerAsync(options, logging, cancellationToken);
        try
        {
            LocalFolders.Close(options.DataFolder);
            var agent = await LocalAgent.StartAsync(controller, local, await engine, host, cancellationToken);
            return new LocalSystem(controller, agent, options.DataFolder);
        }
        catch
        {
            await controller.DisposeAsync();
            throw;
        }
    }

    public static async Task<ControllerHost> StartControllerAsync(
        ControllerOptions options, Action<ILoggingBuilder> logging, CancellationToken cancellationToken)
    {
        try
        {
            var controller = await ControllerHost.BuildAsync(options, logging, cancellationToken);
            await controller.StartAsync(cancellationToken);
            return controller;
        }
        catch (ControllerStartException refused)
        {
            throw new CliException(refused.InUse ? ExitCodes.Conflict : ExitCodes.Error, refused.Message, refused);
        }
    }

    /// <inheritdoc cref="ControllerHost.CreateSignInLink"/>
    public Uri CreateSignInLink() => _controller.CreateSignInLink();

    /// <summary>
    /// Kills the steps that run (they are counted as lost and made again), then stops the controller.
    /// </summary>
    public async Task StopAsync()
    {
        await Agent.StopAsync();
        await _controller.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await Agent.DisposeAsync();
        await _controller.DisposeAsync();
    }
}
