using System.Diagnostics.Metrics;
using Weir.Contracts.Agents;
using Weir.Controller.Hosting;
using Weir.Engine.Agents;

namespace Weir.Controller.Features.Metrics;

/// <summary>What the controller itself counts.</summary>
internal sealed class ControllerMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _requests;

    public ControllerMetrics(MetricsPage page, AgentRegistry agents, ControllerOptions options, ControllerClock clock)
    {
        _meter = new Meter("Weir.Controller", version: null, tags: null, scope: page);
        _requests = _meter.CreateCounter<long>(
            "weir.http.requests", description: "Requests answered, by class of status.");
        _meter.CreateObservableGauge(
            "weir.agents",
            () => Enum.GetValues<AgentState>().Select(state => new Measurement<int>(
                agents.All.Count(agent => agent.State == state),
                new KeyValuePair<string, object?>("state", state.ToString().ToLowerInvariant()))),
            description: "Agents enrolled, by state.");
        _meter.CreateObservableGauge(
            "weir.agents.online",
            () => agents.All.Count(agent => options.Time.GetUtcNow() - agent.LastSeen <= options.Lease),
            description: "Agents heard within the last lease.");
        _meter.CreateObservableGauge(
            "weir.uptime.seconds",
            () => (options.Time.GetUtcNow() - clock.Started).TotalSeconds,
            description: "Time since the controller started.");
        _meter.CreateObservableGauge(
            "weir.memory.bytes", () => Environment.WorkingSet, description: "Resident memory of the process.");
    }

    public void Answered(int status) => _requests.Add(1, new KeyValuePair<string, object?>("status", ClassOf(status)));

    public void Dispose() => _meter.Dispose();

    private static string ClassOf(int status) => (status / 100) switch
    {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    };
}
