using System.Text.Json;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Engine.Planning;
using Weir.Engine.Running;
using Weir.Engine.Storage;

namespace Weir.Testing.Simulation;

/// <summary>Looks at every commit and every execution; the first broken promise ends the simulation.</summary>
internal sealed class SimWatch(SimWorld world)
{
    private readonly Dictionary<StepKey, StepState> _steps = [];
    private readonly Dictionary<string, RunStatus> _runs = [];
    private readonly Dictionary<string, PlanGraph> _plans = [];
    private readonly SimGroups _groups = new(world);
    private readonly HashSet<(StepKey Step, string By, bool Approved)> _decisions = [];
    private readonly HashSet<AttemptFence> _finishSent = [];
    private readonly HashSet<AttemptFence> _delivered = [];
    private readonly Dictionary<AttemptFence, LogLengths> _acknowledged = [];
    private readonly Dictionary<StepKey, int> _executing = [];

    /// <summary>The step as last committed.</summary>
    public IReadOnlyDictionary<StepKey, StepState> Steps => _steps;

    public SimGroups Groups => _groups;

    /// <summary>An agent was told that it holds these.</summary>
    public void Delivered(IReadOnlyList<Assignment> assignments) =>
        _delivered.UnionWith(assignments.Select(a => a.Fence));

    /// <summary>Someone who may is on the way with this decision.</summary>
    public void MayBeDecided(StepKey step, StepDecision decision) =>
        _decisions.Add((step, decision.By, decision.Approved));

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

        if (commit.Plan is { } plan) _plans[plan.Digest] = new PlanGraph(RunCodec.ReadPlan(plan.Json));
        if (commit.Run is { } moved) CheckMatrices(moved.Row);
    }

    /// <summary>Never more combinations under way than allowed, and none begun after one has failed for all.</summary>
    private void CheckMatrices(RunRow run)
    {
        var graph = _plans[run.PlanDigest];
        foreach (var group in graph.Groups)
        {
            var cells = group.Cells.Select(i => _steps[new StepKey(run.Id, graph.Plan.Steps[i].Name)]).ToList();
            var under = cells.Count(cell => cell.Phase is not (StepPhase.Blocked or StepPhase.Done));
            if (under > (group.Rule.MaxParallel ?? int.MaxValue))
                world.Break($"{under} combinations of {run.Id}/{group.Step} at once, {group.Rule.MaxParallel} allowed");
            var failed = cells.Exists(cell => cell.Status == RunStatus.Failed)
                && !graph.Plan.Steps[group.Cells[0]].AllowFailure;
            if (group.Rule.FailFast && failed && cells.Exists(cell => !cell.IsOver && cell.Current?.StopAsked is null))
                world.Break($"{run.Id}/{group.Step} goes on though a combination failed");
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
        _groups.Moved(row);
        world.Trace($"  run {row.Id} v{row.Version} {row.Status} {row.Reason}");
    }

    private void StepMoved(StepKey key, StepState before, StepState after)
    {
        if (after.Status < before.Status || (before.Status.IsFinal() && after != before))
        {
            world.Break($"step {key} went from {before.Status} to {after.Status}");
        }

        if (after.Approval is { } approval) CheckApproval(key, approval.Decision, after);
        if (after.Attempts.Length < before.Attempts.Length) world.Break($"step {key} forgot an attempt");
        for (var i = 0; i < after.Attempts.Length; i++)
        {
            AttemptMoved(key, i < before.Attempts.Length ? before.Attempts[i] : null, after.Attempts[i]);
        }

        world.Trace($"  step {key.Step} {after.Phase} {after.Status} {after.Reason} attempt {after.Attempts.Length}");
    }

    private void CheckApproval(StepKey key, ApprovalDecision? decision, StepState after)
    {
        if (decision is not null && !_decisions.Contains((key, decision.By, decision.Approved)))
            world.Break($"{key} was decided by {decision.By}, who may not or did not");
        if (after.Status == RunStatus.Success && decision?.Approved != true) world.Break($"{key} was never approved");
        if (!after.Attempts.IsEmpty) world.Break($"{key} asks people and was handed to an agent");
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
