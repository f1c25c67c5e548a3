using System.Diagnostics.Metrics;
using System.Text.Json;
using Weir.Contracts.Statuses;
using Weir.Engine.Running;
using Weir.Engine.Storage;

namespace Weir.Controller.Features.Metrics;

/// <summary>
/// What this controller did for runs, and how full the system is. Counters are of one controller, and sum up over all;
/// what waits and what runs is the same at each.
/// </summary>
internal sealed class RunMetrics : IDisposable
{
    private const int MostCounted = 1_000;
    private readonly IRecordStore _store;
    private readonly TimeProvider _time;
    private readonly Meter _meter;
    private readonly Counter<long> _created;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _losses;
    private readonly Histogram<double> _runSeconds;
    private readonly Histogram<double> _stepSeconds;
    private readonly Histogram<double> _waitSeconds;
    private readonly Gauge<int> _queued;
    private readonly Gauge<double> _oldest;
    private readonly Gauge<int> _leased;

    public RunMetrics(MetricsPage page, RunSignals signals, IRecordStore store, TimeProvider time)
    {
        (_store, _time) = (store, time);
        _meter = new Meter("Weir.Runs", version: null, tags: null, scope: page);
        _created = _meter.CreateCounter<long>("weir.runs.created", description: "Runs asked for.");
        _ended = _meter.CreateCounter<long>("weir.runs.ended", description: "Runs that ended, by status.");
        _losses = _meter.CreateCounter<long>(
            "weir.attempts.lost", description: "Attempts lost to infrastructure, counted as their runs end.");
        _runSeconds = _meter.CreateHistogram<double>(
            "weir.run.seconds", description: "From being asked for to the end, by status.");
        _stepSeconds = _meter.CreateHistogram<double>(
            "weir.step.seconds", description: "From a step's first attempt to its end, by status.");
        _waitSeconds = _meter.CreateHistogram<double>(
            "weir.step.wait.seconds", description: "From being queued to being taken by an agent.");
        _queued = _meter.CreateGauge<int>(
            "weir.queue.steps", description: "Steps that wait for an agent; of each kind of need at most 1000 are counted.");
        _oldest = _meter.CreateGauge<double>("weir.queue.oldest.seconds", description: "How long the first of them waits.");
        _leased = _meter.CreateGauge<int>("weir.leases", description: "Steps that agents hold.");
        signals.Observer = Changed;
    }

    /// <summary>Asks the store for what is counted there.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var heads = await _store.ListQueueHeadsAsync(cancellationToken);
        var queued = 0;
        foreach (var head in heads)
            queued += (await _store.ListQueueAsync(head.Namespace, head.Shape, MostCounted, cancellationToken)).Count;
        _queued.Record(queued);
        var now = _time.GetUtcNow();
        _oldest.Record(heads.Count == 0 ? 0 : heads.Max(head => (now - head.Enqueued).TotalSeconds));
        _leased.Record((await _store.CountLeasesAsync(cancellationToken)).Values.Sum());
    }

    public void Dispose() => _meter.Dispose();

    private void Changed(RunState run, IReadOnlyList<RunEffect> effects)
    {
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case RunEffect.GrantLease grant:
                    OfClaim(run.Steps[grant.Step]);
                    break;
                case RunEffect.Publish { Type: RunEffects.RunCreated }:
                    _created.Add(1);
                    break;
                case RunEffect.Publish { Type: RunEffects.StepFinished } step:
                    OfStep(run.Steps[step.Step]);
                    break;
                case RunEffect.Publish { Type: RunEffects.RunFinished }:
                    OfEnd(run);
                    break;
                default:
                    break;
            }
        }
    }

    private void OfClaim(StepState step)
    {
        if (step.Current is { } attempt && step.Queued is { } queued)
            _waitSeconds.Record((attempt.Claimed - queued).TotalSeconds);
    }

    private void OfStep(StepState step)
    {
        if (step is { Started: { } started, Ended: { } ended })
            _stepSeconds.Record((ended - started).TotalSeconds, Tag(step.Status));
    }

    private void OfEnd(RunState run)
    {
        _ended.Add(1, Tag(run.Status));
        if (run.LossCount > 0) _losses.Add(run.LossCount);
        if (run.Ended is { } ended) _runSeconds.Record((ended - run.Created).TotalSeconds, Tag(run.Status));
    }

    private static KeyValuePair<string, object?> Tag(RunStatus status) =>
        new("status", JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString()));
}
