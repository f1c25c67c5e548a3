using System.Text.Json;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Engine.Running;
using Weir.Engine.Storage;

namespace Weir.Testing.Simulation;

/// <summary>Looks at every commit and every execution, and throws at the first broken promise.</summary>
internal sealed class SimWatch(SimWorld world)
{
    private readonly Dictionary<StepKey, StepState> _steps = [];
    private readonly Dictionary<string, RunStatus> _runs = [];
    private readonly HashSet<AttemptFence> _finishSent = [];
    private readonly Dictionary<StepKey, int> _executing = [];

    public int Losses { get; private set; }
    public int Released { get; private set; }

    /// <summary>The step as last committed.</summary>
    public IReadOnlyDictionary<StepKey, StepState> Steps => _steps;

    public void FinishSent(FinishRequest request) => _finishSent.Add(request.Fence);

    public void Committed(Commit commit)
    {
        if (commit.Run is { } run) RunMoved(run.Row);
        foreach (var row in commit.Steps)
        {
            var after = JsonSerializer.Deserialize(row.Json, StateJson.Default.StepState)!;
            var key = new StepKey(row.Run, row.Name);
            if (_steps.TryGetValue(key, out var before)) StepMoved(key, before, after);
            _steps[key] = after;
        }
    }

    /// <summary>A step's commands begin somewhere.</summary>
    public void Began(StepKey step, bool mustNotOverlap)
    {
        var now = _executing[step] = _executing.GetValueOrDefault(step) + 1;
        world.Trace($"  begins {step.Run}/{step.Step} ({now} at once)");
        if (now > 1 && mustNotOverlap) throw new SimulationException($"{step} runs twice at once, and must not");
    }

    public void Ended(StepKey step)
    {
        world.Trace($"  ends {step.Run}/{step.Step}");
        _executing[step]--;
    }

    private void RunMoved(RunRow row)
    {
        if (_runs.TryGetValue(row.Id, out var before) && (row.Status < before || before.IsFinal()))
        {
            throw new SimulationException($"run {row.Id} went from {before} to {row.Status}");
        }

        _runs[row.Id] = row.Status;
        world.Trace($"  run {row.Id} v{row.Version} {row.Status} {row.Reason}");
    }

    private void StepMoved(StepKey key, StepState before, StepState after)
    {
        if (after.Status < before.Status || (before.Status.IsFinal() && after != before))
        {
            throw new SimulationException($"step {key} went from {before.Status} to {after.Status}");
        }

        if (after.Attempts.Length < before.Attempts.Length) throw new SimulationException($"step {key} forgot an attempt");
        for (var i = 0; i < after.Attempts.Length; i++)
        {
            AttemptMoved(key, i < before.Attempts.Length ? before.Attempts[i] : null, after.Attempts[i]);
        }

        world.Trace($"  step {key.Step} {after.Phase} {after.Status} {after.Reason} attempt {after.Attempts.Length}");
    }

    private void AttemptMoved(StepKey key, AttemptState? before, AttemptState after)
    {
        if (before is not null && before.Status.IsFinal() && before.Status != after.Status)
        {
            throw new SimulationException($"attempt {after.Number} of {key} got a second outcome");
        }

        if (before?.Ended is null && after.Ended is not null)
        {
            if (after.Reason == ReasonCode.Released) Released++;
            if (after.Reason == ReasonCode.Infrastructure) Losses++;
        }

        if (before?.Reported == true || !after.Reported) return;
        var fence = new AttemptFence(key.Run, key.Step, after.Number, after.Lease);
        if (!_finishSent.Contains(fence)) throw new SimulationException($"{fence} was finished by someone who did not hold it");
    }
}
