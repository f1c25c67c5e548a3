using System.Text.Json;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.DataTree;
using Weir.Engine.Scheduling;
using Weir.Engine.Storage;

namespace Weir.Engine.Running;

/// <summary>Turns the difference between two states of a run into one commit. Pure.</summary>
internal sealed class CommitBuilder(RunMachine machine, DateTimeOffset now)
{
    private readonly List<StepRow> _steps = [];
    private readonly List<StepKey> _dequeue = [];
    private readonly List<QueueRow> _enqueue = [];
    private readonly List<LeaseKey> _unlease = [];
    private readonly List<LeaseRow> _lease = [];
    private readonly List<EventRow> _events = [];
    private readonly List<NodeRow> _nodes = [];

    public Commit Build(RunState? before, RunState after, IReadOnlyList<RunEffect> effects)
    {
        for (var i = 0; i < after.Steps.Length; i++)
        {
            if (before is null || !ReferenceEquals(before.Steps[i], after.Steps[i]))
                _steps.Add(RunCodec.ToRow(after, i));
        }

        foreach (var effect in effects) Add(effect, after);
        var expected = before?.Version ?? 0;
        return new Commit
        {
            Run = new RunWrite(RunCodec.ToRow(after with { Version = expected + 1 }, machine.DueOf(after)), expected),
            Steps = _steps,
            Dequeue = _dequeue,
            Enqueue = _enqueue,
            Unlease = _unlease,
            Lease = _lease,
            Nodes = _nodes,
            Events = _events,
        };
    }

    private void Add(RunEffect effect, RunState run)
    {
        switch (effect)
        {
            case RunEffect.Enqueue e:
                _enqueue.Add(QueueRowOf(run, e.Step));
                break;
            case RunEffect.Dequeue e:
                _dequeue.Add(new StepKey(run.Id, run.Steps[e.Step].Name));
                break;
            case RunEffect.DropLease e:
                _unlease.Add(new LeaseKey(run.Id, run.Steps[e.Step].Name, e.Lease));
                break;
            case RunEffect.GrantLease e:
                _lease.Add(LeaseRowOf(run, e.Step, now + machine.Timing.Lease));
                break;
            case RunEffect.ParkLease e:
                Replace(LeaseRowOf(run, e.Step, LeaseRow.Parked));
                break;
            case RunEffect.UnparkLease e:
                Replace(LeaseRowOf(run, e.Step, now + machine.Timing.Lease));
                break;
            case RunEffect.Publish e:
                _events.Add(EventRowOf(run, e));
                if (NodeOf(run, e) is { } node) AddNode(node);
                break;
            default:
                break;
        }
    }

    private NodeRow? NodeOf(RunState run, RunEffect.Publish publish) => publish.Type switch
    {
        RunEffects.RunCreated => RunNodes.OfStart(run),
        RunEffects.StepFinished => RunNodes.OfStep(run, publish.Step, now),
        RunEffects.RunFinished => RunNodes.OfEnd(run, now),
        _ => null,
    };

    private void AddNode(NodeRow node)
    {
        _nodes.Add(node);
        _events.Add(NodeRegistry.EventOf(node));
    }

    private void Replace(LeaseRow row)
    {
        _unlease.Add(row.Key);
        _lease.Add(row);
    }

    private static QueueRow QueueRowOf(RunState run, int step) =>
        new(run.Id, run.Steps[step].Name, run.Namespace, Shape.Of(run, step).Text)
        {
            Priority = run.Inputs.Priority,
            Enqueued = run.Steps[step].Queued!.Value,
        };

    private static LeaseRow LeaseRowOf(RunState run, int step, DateTimeOffset until)
    {
        var attempt = run.Steps[step].Current!;
        return new LeaseRow(
            new AttemptFence(run.Id, run.Steps[step].Name, attempt.Number, attempt.Lease), attempt.Agent, run.Namespace)
        {
            Nonce = attempt.Nonce,
            Ordinal = attempt.Ordinal,
            Until = until,
        };
    }

    private EventRow EventRowOf(RunState run, RunEffect.Publish publish)
    {
        var step = publish.Step < 0 ? null : run.Steps[publish.Step];
        var data = new RunEventData
        {
            Run = run.Id,
            Flow = run.Flow,
            Step = step?.Name,
            Attempt = step?.Current?.Number,
            Status = step?.Status ?? run.Status,
            Reason = step?.Reason ?? run.Reason,
            Message = step is null ? run.Message : step.Message,
        };
        return new EventRow(
            0, now, publish.Type, run.Namespace, run.Id,
            JsonSerializer.Serialize(data, StateJson.Default.RunEventData));
    }
}
