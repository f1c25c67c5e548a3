using Weir.Contracts.AgentProtocol;
using Weir.Engine.Planning;
using Weir.Engine.Scheduling;
using Weir.Engine.Signals;
using Weir.Engine.Storage;

namespace Weir.Engine.Running;

/// <summary>
/// Applies events to stored runs: load, decide by <see cref="RunMachine"/>, commit under the run's version. Events of
/// one run are taken one at a time here; another controller that was faster makes the commit conflict, and the decision
/// is made anew on what it wrote. A state kept from the last commit spares the load; the version guards it.
/// </summary>
public sealed class RunKeeper(IRecordStore store, RunMachine machine, TimeProvider time, RunSignals signals)
{
    private const int MostTries = 16;
    private readonly KeyedGate _gates = new();
    private readonly BoundedCache<string, RunState> _states = new(8_192);
    private readonly BoundedCache<string, PlanGraph> _plans = new(1_024);

    /// <summary>No other controller moves these runs: what is kept here is what is stored.</summary>
    public bool IsAlone { get; init; }

    public RunTiming Timing => machine.Timing;
    public IRecordStore Store => store;

    /// <summary>Stores a new run with its plan. The answer is its state with the number the store gave it.</summary>
    public async Task<InsertOutcome> InsertAsync(
        RunState run, PlanRow plan, RunEntry entry, CancellationToken cancellationToken)
    {
        var begun = machine.Begin(run, run.Created, entry.Place);
        var effects = RunEffects.Between(null, begun);
        var commit = new CommitBuilder(machine, run.Created).Build(null, begun, effects) with
        {
            Plan = KnownGraph(run.PlanDigest) is null ? plan : null, // stored plans stay
            Idempotency = entry.Idempotency,
            Documents = entry.Group is null ? [] : [entry.Group],
        };
        var outcome = await store.CommitAsync(commit, cancellationToken);
        if (outcome is not CommitOutcome.Committed committed)
            return new InsertOutcome(null) { Conflict = (outcome as CommitOutcome.Conflict)?.Kind };
        var stored = begun with { Number = committed.RunNumber, Version = 1 };
        _plans.Put(run.PlanDigest, run.Graph);
        Remember(stored);
        signals.After(stored, effects);
        return new InsertOutcome(stored);
    }

    /// <summary>The run as stored now, or null.</summary>
    public async Task<RunState?> LoadAsync(string run, CancellationToken cancellationToken)
    {
        if (await store.LoadRunAsync(run, cancellationToken) is not { } rows) return null;
        var graph = await GraphAsync(rows.Run.PlanDigest, cancellationToken);
        return RunCodec.FromRows(rows.Run, rows.Steps, graph);
    }

    /// <summary>The run as this controller last saw it; others may have moved it on.</summary>
    public async Task<RunState?> RecallAsync(string run, CancellationToken cancellationToken) =>
        _states.TryGet(run, out var known) ? known : await LoadAsync(run, cancellationToken);

    /// <summary>The run as stored now; read again only when another controller has moved it on.</summary>
    public async Task<RunState?> RefreshAsync(string run, CancellationToken cancellationToken) =>
        _states.TryGet(run, out var known) && (IsAlone || await IsCurrentAsync(known, cancellationToken))
            ? known
            : await LoadAsync(run, cancellationToken);

    /// <summary>
    /// Applies one event durably. Throws <see cref="StoreUnavailableException"/> when the store does not answer; the
    /// effect is unknown then, and the caller may apply the same event again.
    /// </summary>
    public Task<Applied> ApplyAsync(string run, RunEvent happened, CancellationToken cancellationToken) =>
        ApplyAsync(run, happened, _ => null, cancellationToken);

    /// <summary>The same, as a leader: refused once the term is over.</summary>
    public Task<Applied> ApplyAsync(
        string run, RunEvent happened, LeaderTerm term, CancellationToken cancellationToken) =>
        ApplyAsync(run, happened, new Following(_ => null, new Commit { Unchanged = term.Guards }), cancellationToken);

    /// <summary>Lets a run begin in the commit that makes it its group's holder, unless others were faster.</summary>
    internal Task<Applied> AdmitAsync(string run, DocumentWrite group, CancellationToken cancellationToken) =>
        ApplyAsync(
            run, new RunEvent.Admitted(), new Following(_ => null, new Commit { Documents = [group] }),
            cancellationToken);

    /// <summary>
    /// The same; what <paramref name="then"/> answers to the state after the event is applied to it in the same
    /// commit, if it is allowed, and else left out.
    /// </summary>
    public Task<Applied> ApplyAsync(
        string run, RunEvent happened, Func<RunState, RunEvent?> then, CancellationToken cancellationToken) =>
        ApplyAsync(run, happened, new Following(then, new Commit()), cancellationToken);

    private async Task<Applied> ApplyAsync(
        string run, RunEvent happened, Following following, CancellationToken cancellationToken)
    {
        using var turn = await _gates.EnterAsync(run);
        for (var tries = 0; tries < MostTries; tries++)
        {
            var before = await RecallAsync(run, cancellationToken);
            if (before is null) return new Applied(EventVerdict.Refused, null);
            var now = time.GetUtcNow();
            var transition = machine.Apply(before, happened, now);
            if (transition.Verdict != EventVerdict.Accepted)
            {
                if (await IsCurrentAsync(before, cancellationToken)) return new Applied(transition.Verdict, before);
                _states.Remove(run);
                continue;
            }

            var after = Follow(transition.State, following.Then, now);
            var conditions = following.Conditions with { Ended = EndedBy(happened) };
            var (stored, conflict) = await CommitAsync(before, after, (conditions, now), cancellationToken);
            if (stored is not null) return new Applied(EventVerdict.Accepted, stored);
            if (conflict is ConflictKind.DocumentVersion or ConflictKind.LeaseNotEnded)
                return new Applied(EventVerdict.Refused, before);
            if (conflict != ConflictKind.ClaimNonce) continue;
            if (ReferenceEquals(after, transition.State)) return new Applied(EventVerdict.Refused, before);
            following = following with { Then = _ => null };
        }

        throw new StoreUnavailableException($"run {run} changed under every one of {MostTries} tries");
    }

    /// <summary>The run as it would stand after the event; null when it would be refused. Stores nothing.</summary>
    public RunState? Suppose(RunState run, RunEvent happened) =>
        machine.Apply(run, happened, time.GetUtcNow()) is { Verdict: EventVerdict.Accepted } then ? then.State : null;

    /// <summary>True while this controller knows the run as one that has not ended.</summary>
    public bool IsOpen(string run) => _states.TryGet(run, out _);

    public PlanGraph? KnownGraph(string digest) => _plans.TryGet(digest, out var graph) ? graph : null;

    public void Forget(string run) => _states.Remove(run);

    /// <summary>
    /// Another controller moved the run on; what is under way here is let end first, as it keeps its state.
    /// </summary>
    public async ValueTask ForgetAsync(string run)
    {
        using var turn = await _gates.EnterAsync(run);
        _states.Remove(run);
    }

    private RunState Follow(RunState state, Func<RunState, RunEvent?> then, DateTimeOffset now) =>
        then(state) is { } next && machine.Apply(state, next, now) is { Verdict: EventVerdict.Accepted } followed
            ? followed.State
            : state;

    /// <returns>The stored state, or what stood against it.</returns>
    private async Task<(RunState? Stored, ConflictKind? Conflict)> CommitAsync(
        RunState before, RunState after, (Commit Conditions, DateTimeOffset Now) under,
        CancellationToken cancellationToken)
    {
        var effects = RunEffects.Between(before, after);
        var commit = new CommitBuilder(machine, under.Now).Build(before, after, effects) with
        {
            Unchanged = under.Conditions.Unchanged,
            Documents = under.Conditions.Documents,
            Ended = under.Conditions.Ended,
        };
        _states.Remove(before.Id);
        if (await store.CommitAsync(commit, cancellationToken) is CommitOutcome.Conflict conflict)
            return (null, conflict.Kind);
        var stored = after with { Version = before.Version + 1 };
        Remember(stored);
        signals.After(stored, effects);
        return (stored, null);
    }

    private static IReadOnlyList<LeaseEnd> EndedBy(RunEvent happened) => happened is RunEvent.LeaseEnded e
        ? [new LeaseEnd(new LeaseKey(e.Fence.Run, e.Fence.Step, e.Fence.Lease), e.Before)]
        : [];

    /// <summary>A refusal must not rest on a state that another controller has since moved on.</summary>
    private async Task<bool> IsCurrentAsync(RunState known, CancellationToken cancellationToken) =>
        await store.GetRunAsync(known.Id, cancellationToken) is { } row && row.Version == known.Version;

    private async Task<PlanGraph> GraphAsync(string digest, CancellationToken cancellationToken)
    {
        if (_plans.TryGet(digest, out var known)) return known;
        var row = await store.GetPlanAsync(digest, cancellationToken)
            ?? throw new InvalidDataException($"plan {digest} is missing");
        var graph = new PlanGraph(RunCodec.ReadPlan(row.Json));
        _plans.Put(digest, graph);
        return graph;
    }

    /// <summary>What goes with an event: what may follow it in the same commit, and what that rests on.</summary>
    private sealed record Following(Func<RunState, RunEvent?> Then, Commit Conditions);

    private void Remember(RunState run)
    {
        if (run.Ended is null) _states.Put(run.Id, run);
        else _states.Remove(run.Id);
    }
}

/// <summary>What goes with a new run.</summary>
public sealed record RunEntry(IdempotencyRow? Idempotency)
{
    public GroupPlace Place { get; init; }

    /// <summary>The run's group with the run in it; the run is stored only if nobody was faster.</summary>
    public DocumentWrite? Group { get; init; }
}

/// <param name="Run">Null when it was not stored.</param>
public sealed record InsertOutcome(RunState? Run)
{
    /// <summary>What stood against it.</summary>
    public ConflictKind? Conflict { get; init; }
}

/// <param name="State">The run after the event (as it stands when it was refused); null when there is no such
/// run.</param>
public sealed record Applied(EventVerdict Verdict, RunState? State)
{
    /// <summary>For the agent's answer: a repetition is answered as the first was.</summary>
    public WriteVerdict Answer => Verdict == EventVerdict.Refused ? WriteVerdict.Fenced : WriteVerdict.Accepted;
}
