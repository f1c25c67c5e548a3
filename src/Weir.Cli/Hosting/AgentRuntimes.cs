using Weir.Agent;
using Weir.Contracts.Flows;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Docker;

namespace Weir.Cli.Hosting;

/// <summary>The runtimes that an agent of this machine offers, in its order of preference.</summary>
internal sealed class AgentRuntimes : IAsyncDisposable
{
    private const string DockerKind = "docker";

    private AgentRuntimes(IReadOnlyList<IContainerRuntime> all) => All = all;

    public IReadOnlyList<IContainerRuntime> All { get; }

    public IReadOnlyList<string> Names => [.. All.Select(runtime => runtime.Name)];

    /// <summary>
    /// Where the engine is that the wanted kinds ask for; null when there is none or it does not answer.
    /// </summary>
    public static async Task<string?> FindEngineAsync(
        CliHost host, IReadOnlyList<string> kinds, CancellationToken cancellationToken)
    {
        if (!kinds.Contains(DockerKind)) return null;
        var probe = await DockerProbe.LookAsync(host.Setting, host.Time, cancellationToken);
        return probe.Problem is null ? probe.Socket : null;
    }

    /// <summary>Starts those of the wanted kinds that this machine has.</summary>
    public static AgentRuntimes Start(
        CliHost host, AgentOptions options, IReadOnlyList<string> kinds, string? engine, PullPolicy pull)
    {
        var all = new List<IContainerRuntime>();
        if (kinds.Contains("process")) all.Add(AgentSettings.Processes(options, host.Time));
        if (engine is not null)
        {
            var docker = AgentSettings.Docker(options, engine, host.Setting) with { Pull = pull };
            all.Add(DockerRuntime.Start(docker, host.Time));
        }

        if (kinds.Contains("fake")) all.Add(AgentSettings.Fake(host.Time));
        return new AgentRuntimes(all);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var runtime in All.OfType<IAsyncDisposable>()) await runtime.DisposeAsync();
    }
}
