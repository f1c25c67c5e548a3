using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Engine.Concurrency;
using Weir.Engine.Scheduling;
using Weir.Engine.Storage;

namespace Weir.Engine.Running;

/// <summary>
/// What people may ask about runs. A handle is an id, a unique suffix of ≥ 6 characters, <c>flow#7</c>, <c>@latest</c>
/// or
/// <c>@latest:flow</c>; one that does not exist, or not in that namespace, is not found.
/// </summary>
public sealed class RunOperations(
    RunStarter starter, RunKeeper keeper, RunGroups groups, RunSignals signals, ILogStore logs)
{
    public Task<StartRunOutcome> StartAsync(
        string @namespace, string by, StartRunRequest request, CancellationToken cancellationToken) =>
        starter.StartAsync(@namespace, by, request, cancellationToken);

    public async Task<RunView?> GetAsync(string @namespace, string handle, CancellationToken cancellationToken) =>
        await LoadAsync(@namespace, handle, cancellationToken) is { } run ? RunViews.Of(run) : null;

    /// <summary>Newest first, without steps.</summary>
    public async Task<IReadOnlyList<RunView>> ListAsync(RunQuery query, CancellationToken cancellationToken)
    {
        var rows = await keeper.Store.ListRunsAsync(query, cancellationToken);
        return [.. rows.Select(RunViews.Of)];
    }

    public async Task<CancelOutcome> CancelAsync(
        string @namespace, string handle, string by, CancellationToken cancellationToken)
    {
        if (await RunHandles.FindAsync(keeper.Store, @namespace, handle, cancellationToken) is not { } row)
            return CancelOutcome.NotFound;
        var applied = await keeper.ApplyAsync(row.Id, new RunEvent.CancelAsked(by), cancellationToken);
        return applied.Verdict == EventVerdict.Refused ? CancelOutcome.AlreadyFinished : CancelOutcome.Requested;
    }

    public async Task<DecideOutcome> DecideAsync(
        string @namespace, string handle, StepDecision decision, CancellationToken cancellationToken)
    {
        if (await LoadAsync(@namespace, handle, cancellationToken) is not { } run)
            return new DecideOutcome.RunNotFound();
        if (!run.Graph.TryPositionOf(decision.Step, out var step)) return new DecideOutcome.StepNotFound(run.Handle);
        if (run.Plan.Steps[step].Approval is not { } approval)
            return new DecideOutcome.NotAsked($"step {decision.Step} runs commands: there is nothing to approve");
        if (!Approvals.MayDecide(approval, decision.By, decision.Role))
            return new DecideOutcome.NotAllowed(Approvals.Describe(approval));
        var decided = new RunEvent.Decided(decision.Step, decision.Approved, decision.By, decision.Comment);
        var applied = await keeper.ApplyAsync(run.Id, decided, cancellationToken);
        if (applied.State is not { } after) return new DecideOutcome.RunNotFound();
        if (applied.Verdict != EventVerdict.Refused) return new DecideOutcome.Decided(RunViews.Of(after));
        var now = after.Steps[step];
        return new DecideOutcome.NotAsked(
            now.IsOver ? $"step {decision.Step} is over: {now.Message}" : $"step {decision.Step} is {now.Waiting}");
    }

    public async Task<DeleteRunOutcome> DeleteAsync(
        string @namespace, string handle, CancellationToken cancellationToken)
    {
        if (await RunHandles.FindAsync(keeper.Store, @namespace, handle, cancellationToken) is not { } row)
            return DeleteRunOutcome.NotFound;
        if (!row.Status.IsFinal()) return DeleteRunOutcome.StillActive;
        var deleted = await keeper.Store.CommitAsync(
            new Commit { DeleteRun = new RunDeletion(row.Id, row.Version) }, cancellationToken);
        if (deleted is CommitOutcome.Conflict) return DeleteRunOutcome.NotFound;
        keeper.Forget(row.Id);
        await logs.DeleteRunAsync(row.Namespace, row.Id, cancellationToken);
        return DeleteRunOutcome.Deleted;
    }

    /// <param name="agents">Asked only when a step waits for an agent.</param>
    public async Task<RunExplanation?> ExplainAsync(
        string @namespace, string handle, Func<CancellationToken, Task<IReadOnlyList<AgentStanding>>> agents,
        CancellationToken cancellationToken)
    {
        if (await LoadAsync(@namespace, handle, cancellationToken) is not { } run) return null;
        var waits = run.Steps.Any(step => step.Phase == StepPhase.Queued);
        var group = await groups.StandingOfAsync(run, cancellationToken);
        return Explanation.Of(run, waits ? await agents(cancellationToken) : [], group);
    }

    /// <summary>
    /// Completes when the run may have changed. Ask before reading it: <c>var changed = NextChangeAsync(…); read; await
    /// changed</c>.
    /// </summary>
    public Task NextChangeAsync(string run, CancellationToken cancellationToken) =>
        signals.Runs.NextAsync(run, cancellationToken);

    /// <summary>The same for any run of a namespace.</summary>
    public Task NextChangeInAsync(string @namespace, CancellationToken cancellationToken) =>
        signals.Runs.NextAsync(RunSignals.KeyOf(@namespace), cancellationToken);

    /// <summary>
    /// True while the run has not ended, as far as this controller knows; never true of one that has.
    /// </summary>
    public bool IsOpen(string run) => keeper.IsOpen(run);

    internal async Task<RunState?> LoadAsync(string @namespace, string handle, CancellationToken cancellationToken)
    {
        var row = await RunHandles.FindAsync(keeper.Store, @namespace, handle, cancellationToken);
        return row is null ? null : await keeper.LoadAsync(row.Id, cancellationToken);
    }
}
