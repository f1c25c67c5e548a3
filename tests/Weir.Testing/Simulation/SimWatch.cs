using System.Text.Json;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Engine.Running;
using Weir.Engine.Storage;

namespace Weir.Testing.Simulation;

/// <summary>Looks at every commit and every execution; the first broken promise ends the simulation.</summary>
internal sealed class SimWatch(SimWorld world)
{
    private readonly Dictionary<StepKey, StepState> _steps = [];
    private readonly Dictionary<string, RunStatus> _runs = [];
    private readonly HashSet<AttemptFence> _finishSent = [];
    private readonly HashSet<AttemptFence> _delivered = [];
    private readonly Dictionary<AttemptFence, LogLengths> _acknowledged = [];
    private readonly Dictionary<StepKey, int> _executing = [];

    /// <summary>The step as last committed.</summary>
    public IReadOnlyDictionary<StepKey, StepState> Steps => _steps;

    /// <summary>An agent was told that it holds these.</summary>
    public void Delivered(IReadOnlyList<Assignment> assignments) =>
        _delivered.UnionWith(assignments.Select(a => a.Fence));

    /// <summary>What a controller has answered to be stored, the most of all answers.</summary>
    public void Acknowledged(AttemptFence fence, AppendLogResponse answer)
    {
        var known = _acknowledged.GetValueOrDefault(fence);
        _acknowledged[fence] = new LogLengths(
            Math.Max(known.Stdout, answer.StdoutThrough), Math.Max(known.Stderr, answer.StderrThrough));
    }

    public LogLengths AcknowledgedOf(AttemptFence fence) => _acknowledged.GetValueOrDefault(fence);

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
        if (now > 1 && mustNotOverlap) world.Break($"{step} runs twice at once, and must not");
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
            world.Break($"run {row.Id} went from {before} to {row.Status}");
        }

        _runs[row.Id] = row.Status;
        world.Trace($"  run {row.Id} v{row.Version} {row.Status} {row.Reason}");
    }

    private void StepMoved(StepKey key, StepState before, StepState after)
    {
        if (after.Status < before.Status || (before.Status.IsFinal() && after != before))
        {
            world.Break($"step {key} went from {before.Status} to {after.Status}");
        }

        if (after.Attempts.Length < before.Attempts.Length) world.Break($"step {key} forgot an attempt");
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
            world.Break($"attempt {after.Number} of {key} got a second outcome");
        }

        if (before?.Ended is null && after.Ended is not null)
        {
            var claim = $"{after.Nonce.Generation}.{after.Nonce.Number}";
            world.Trace(
                $"  attempt {after.Number}@{after.Lease} of {key.Step} by {after.Agent} ({claim}) "
                + $"ended {after.Status} {after.Reason} {after.Message}");
            if (after.Reason == ReasonCode.Released)
                WasReleased(new AttemptFence(key.Run, key.Step, after.Number, after.Lease));
        }

        if (before?.Reported == true || !after.Reported) return;
        var fence = new AttemptFence(key.Run, key.Step, after.Number, after.Lease);
        if (!_finishSent.Contains(fence)) world.Break($"{fence} was finished by someone who did not hold it");
    }

    /// <summary>
    /// Without restarts every claim's answer gets through in the end: nothing is leased to an agent unawares.
    /// </summary>
    private void WasReleased(AttemptFence fence)
    {
        if (world.IsWithoutCrashes && !_delivered.Contains(fence))
        {
            world.Break($"{fence} was leased to an agent that never heard of it");
        }
    }
}
