using System.Text.Json;
using Microsoft.Extensions.Logging;
using Weir.Engine.Running;
using Weir.Engine.Storage;

namespace Weir.Engine.Agents;

/// <summary>
/// Tells the other controllers which agents are heard here, and takes in which they hear: else an agent whose
/// connections all lead to one of them would seem to be away at the rest. Each writes one document,
/// <c>heard/CONTROLLER</c>; a list counts from when it is seen to have changed, so no clocks are compared.
/// </summary>
public sealed partial class AgentPresence(
    AgentRegistry agents, ControllerStores stores, RunTiming timing, CoreSources sources)
{
    private const string Prefix = "heard/";
    private const int MostControllers = 64;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);
    private readonly Dictionary<string, long> _seen = new(StringComparer.Ordinal);
    private readonly ILogger _log = sources.Logs.CreateLogger<AgentPresence>();
    private long _round;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (sources.Controller is not { } controller) return;
        using var timer = new PeriodicTimer(Period, sources.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
                await TryOnceAsync(controller, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Log.Ended(_log);
        }
    }

    public async Task RunOnceAsync(string controller, CancellationToken cancellationToken)
    {
        var now = sources.Time.GetUtcNow();
        var here = agents.All.Where(agent => agent.IsHeardHere(now, timing.Lease)).Select(agent => agent.Id);
        var json = JsonSerializer.Serialize(new HeardAgents(++_round, [.. here]), AgentJson.Default.HeardAgents);
        var mine = await stores.Documents.GetAsync(Prefix + controller, cancellationToken);
        var write = new DocumentWrite(Prefix + controller, mine?.Version ?? 0, json);
        await stores.Records.CommitAsync(new Commit { Documents = [write] }, cancellationToken);
        foreach (var document in await stores.Documents.ListAsync(Prefix, null, MostControllers, cancellationToken))
        {
            var isKnown = _seen.TryGetValue(document.Key, out var version);
            _seen[document.Key] = document.Version;
            if (document.Key == Prefix + controller || !isKnown || version == document.Version) continue;
            var heard = JsonSerializer.Deserialize(document.Json, AgentJson.Default.HeardAgents)!;
            foreach (var id in heard.Agents) agents.Find(id)?.HeardElsewhere(now);
        }
    }

    private async Task TryOnceAsync(string controller, CancellationToken cancellationToken)
    {
        try
        {
            await RunOnceAsync(controller, cancellationToken);
        }
        catch (StoreUnavailableException unavailable)
        {
            Log.StoreUnavailable(_log, unavailable);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "the store did not answer; who hears which agents is told again shortly")]
        public static partial void StoreUnavailable(ILogger logger, Exception exception);

        [LoggerMessage(Level = LogLevel.Debug, Message = "other controllers are told of agents no more")]
        public static partial void Ended(ILogger logger);
    }
}

/// <param name="Round">Differs each time, so that the document changes.</param>
internal sealed record HeardAgents(long Round, IReadOnlyList<string> Agents);
