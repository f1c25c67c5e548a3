using Weir.Agent;
using Weir.Contracts.Flows;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Docker;

namespace Weir.Cli.Hosting;

/// <summary>The runtimes that an agent of this machine offers, in its order of preference.</summary>
internal sealed class AgentRuntimes : IAsyncDisposable
{
    private AgentRuntimes(IReadOnlyList<IContainerRuntime> all) => All = all;

    public IReadOnlyList<IContainerRuntime> All { get; }

    public IReadOnlyList<string> Names => [.. All.Select(runtime => runtime.Name)];

    /// <summary>
    /// Starts those of the wanted kinds that this machine has; an engine that does not answer is left out.
    /// </summary>
    public static async Task<AgentRuntimes> StartAsync(
        CliHost host, AgentOptions options, IReadOnlyList<string> kinds, PullPolicy pull,
        CancellationToken cancellationToken)
    {
        var all = new List<IContainerRuntime>();
        if (kinds.Contains("process")) all.Add(AgentSettings.Processes(options, host.Time));
        if (kinds.Contains("docker") && await FindEngineAsync(host, cancellationToken) is { } socket)
        {
            var docker = AgentSettings.Docker(options, socket, host.Setting) with { Pull = pull };
            all.Add(DockerRuntime.Start(docker, host.Time));
        }

        if (kinds.Contains("fake")) all.Add(AgentSettings.Fake(host.Time));
        return new AgentRuntimes(all);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var runtime in All.OfType<IAsyncDisposable>()) await runtime.DisposeAsync();
    }

    private static async Task<string?> FindEngineAsync(CliHost host, CancellationToken cancellationToken)
    {
        var probe = await DockerProbe.LookAsync(host.Setting, host.Time, cancellationToken);
        return probe.Problem is null ? probe.Socket : null;
    }
}
