using Weir.Contracts.AgentProtocol;
using Weir.Engine.Running;
using Weir.Engine.Signals;
using Weir.Engine.Storage;
using Weir.Engine.Vault;

namespace Weir.Engine.Scheduling;

/// <summary>
/// Hands queued steps to agents that ask. Between namespaces the one with the fewest leases goes first; within one,
/// priority, then age. The same nonce gets the same answer: what a claim leased carries its nonce, so a claim whose
/// answer was lost is answered from the leases themselves.
/// </summary>
public sealed class ClaimDesk(IRecordStore store, RunKeeper keeper, AttemptSecrets? secrets, Safeguards safeguards)
{
    private const int MostPerClaim = 64;
    private const int MostReserved = 4_096;
    private const int MostTries = 4;
    private readonly KeyedGate _agents = new();
    private readonly Lock _gate = new();

    /// <summary>Entries being leased right now, so that two claims at once do not race for the same ones.</summary>
    private readonly HashSet<StepKey> _reserved = [];
    private readonly Dictionary<string, LastClaim> _last = [];

    /// <summary>Null where no step has secrets.</summary>
    public AttemptSecrets? Secrets => secrets;

    /// <summary>Leases what suits the agent now; empty when nothing does.</summary>
    /// <param name="request">The nonce of the claim, the slots to fill, and whether an empty answer ends the
    /// claim.</param>
    public async Task<IReadOnlyList<Assignment>> TakeAsync(
        AgentIdentity agent, AgentOffer offer, TakeRequest request, CancellationToken cancellationToken)
    {
        // An agent that gave up waiting asks again while its first claim is still here: the two must not both take
        // work.
        using var turn = await _agents.EnterAsync(agent.Id);
        if (await AnsweredBeforeAsync(agent, offer, request.Nonce, cancellationToken) is { } earlier) return earlier;
        return await TakeFreshAsync(agent, offer, request, cancellationToken);
    }

    /// <summary>
    /// Applies the end of an attempt and claims in passing. When nothing else waits that would suit the agent, what
    /// the end makes ready in the same run is leased in the same commit: the next step of a chain costs no second one.
    /// </summary>
    public async Task<(Applied Finished, IReadOnlyList<Assignment> Next)> FinishAndTakeAsync(
        AgentIdentity agent, AgentOffer offer, RunEvent.Finished finished, TakeRequest request,
        CancellationToken cancellationToken)
    {
        var run = finished.Fence.Run;
        using var turn = await _agents.EnterAsync(agent.Id);
        if (await AnsweredBeforeAsync(agent, offer, request.Nonce, cancellationToken) is { } earlier)
            return (await keeper.ApplyAsync(run, finished, cancellationToken), earlier);
        var takes = !agent.Draining && request.Slots > 0;
        if (!takes || (await LanesForAsync(agent, offer, cancellationToken)).Count > 0)
        {
            return (await keeper.ApplyAsync(run, finished, cancellationToken),
                await TakeFreshAsync(agent, offer, request, cancellationToken));
        }

        var applied = await keeper.ApplyAsync(
            run, finished, after => NextInRun(after, agent, offer, request.Nonce), cancellationToken);
        if (Leased(applied.State, agent, request.Nonce) is not { } step)
            return (applied, await TakeFreshAsync(agent, offer, request, cancellationToken));
        End(agent.Id, request.Nonce);
        var next = new List<Assignment>(1);
        await AddAssignmentAsync(next, agent, applied.State!, step, offer, cancellationToken);
        return (applied, next);
    }

    private async Task<IReadOnlyList<Assignment>?> AnsweredBeforeAsync(
        AgentIdentity agent, AgentOffer offer, ClaimNonce nonce, CancellationToken cancellationToken)
    {
        if (!safeguards.ClaimNonce) return null;
        var earlier = await EarlierAnswerAsync(agent, offer, nonce, cancellationToken);
        // What it leased may have been committed though the store did not say so: it is over from now on.
        if (earlier.Count > 0) End(agent.Id, nonce);
        return earlier.Count > 0 || IsOver(agent.Id, nonce) ? earlier : null;
    }

    private async Task<IReadOnlyList<Assignment>> TakeFreshAsync(
        AgentIdentity agent, AgentOffer offer, TakeRequest request, CancellationToken cancellationToken)
    {
        var taken = agent.Draining || request.Slots <= 0
            ? []
            : await PickAndLeaseAsync(agent, offer, request.Nonce, request.Slots, cancellationToken);
        if (request.IsLast || taken.Count > 0) End(agent.Id, request.Nonce);
        return taken;
    }

    private static RunEvent.Claimed? NextInRun(RunState run, AgentIdentity agent, AgentOffer offer, ClaimNonce nonce)
    {
        if (agent.Namespaces.Count > 0 && !agent.Namespaces.Contains(run.Namespace)) return null;
        for (var i = 0; i < run.Steps.Length; i++)
        {
            if (run.Steps[i].Phase == StepPhase.Queued && Shape.Of(run, i).IsMetBy(offer))
                return new RunEvent.Claimed(run.Steps[i].Name, agent.Id, nonce, 0);
        }

        return null;
    }

    private static int? Leased(RunState? run, AgentIdentity agent, ClaimNonce nonce)
    {
        for (var i = 0; i < run?.Steps.Length; i++)
        {
            if (run.Steps[i] is { IsHeld: true, Current: { } attempt }
                && attempt.Agent == agent.Id && attempt.Nonce == nonce) return i;
        }

        return null;
    }

    private async Task<IReadOnlyList<Assignment>> PickAndLeaseAsync(
        AgentIdentity agent, AgentOffer offer, ClaimNonce nonce, int slots, CancellationToken cancellationToken)
    {
        // Another controller may take all that was picked: what is left is looked at again, not slept over.
        for (var tries = 0; ; tries++)
        {
            var picks = await PickAsync(agent, offer, Math.Min(slots, MostPerClaim), cancellationToken);
            try
            {
                var leased = await LeaseAsync(agent, offer, nonce, picks, cancellationToken);
                if (leased.Count > 0 || picks.Count == 0 || tries == MostTries) return leased;
            }
            finally
            {
                Release(picks);
            }
        }
    }

    private async Task<IReadOnlyList<Assignment>> EarlierAnswerAsync(
        AgentIdentity agent, AgentOffer offer, ClaimNonce nonce, CancellationToken cancellationToken)
    {
        var answer = new List<Assignment>();
        foreach (var lease in await store.ListClaimedAsync(offer.Agent, nonce, cancellationToken))
        {
            // The lease may be of another controller, newer than what this one remembers of the run.
            var run = await keeper.RefreshAsync(lease.Fence.Run, cancellationToken);
            if (run is not null && run.Graph.TryPositionOf(lease.Fence.Step, out var step)
                && run.Steps[step].Current?.Lease == lease.Fence.Lease)
                await AddAssignmentAsync(answer, agent, run, step, offer, cancellationToken);
        }

        return answer;
    }

    /// <summary>
    /// A claim that was answered, or comes after a newer one of its agent, has no one waiting for work.
    /// </summary>
    private bool IsOver(string agent, ClaimNonce nonce)
    {
        lock (_gate)
        {
            if (_last.TryGetValue(agent, out var last)
                && (nonce < last.Nonce || (nonce == last.Nonce && last.IsAnswered)))
                return true;
            _last[agent] = new LastClaim(nonce, false);
            return false;
        }
    }

    private void End(string agent, ClaimNonce nonce)
    {
        lock (_gate)
        {
            if (!_last.TryGetValue(agent, out var last) || nonce >= last.Nonce)
                _last[agent] = new LastClaim(nonce, true);
        }
    }

    private async Task<List<QueueRow>> PickAsync(
        AgentIdentity agent, AgentOffer offer, int slots, CancellationToken cancellationToken)
    {
        var lanes = await LanesForAsync(agent, offer, cancellationToken);
        if (lanes.Count == 0) return [];
        var running = lanes.Exists(l => l.Namespace != lanes[0].Namespace)
            ? await store.CountLeasesAsync(cancellationToken)
            : new Dictionary<string, int>();
        var queues = new List<QueueRow>();
        foreach (var lane in lanes)
        {
            var most = slots + Reserved();
            queues.AddRange(await store.ListQueueAsync(lane.Namespace, lane.Shape, most, cancellationToken));
        }

        lock (_gate)
        {
            var picks = FairShare.Pick(
                queues.Where(q => !_reserved.Contains(new StepKey(q.Run, q.Step))), running, slots);
            foreach (var pick in picks) _reserved.Add(new StepKey(pick.Run, pick.Step));
            return picks;
        }
    }

    private async Task<List<QueueHead>> LanesForAsync(
        AgentIdentity agent, AgentOffer offer, CancellationToken cancellationToken) =>
        [
            .. (await store.ListQueueHeadsAsync(cancellationToken))
                .Where(h => agent.Namespaces.Count == 0 || agent.Namespaces.Contains(h.Namespace))
                .Where(h => new Shape(h.Shape).IsMetBy(offer)),
        ];

    private int Reserved()
    {
        lock (_gate) return Math.Min(_reserved.Count, MostReserved);
    }

    private async Task<IReadOnlyList<Assignment>> LeaseAsync(
        AgentIdentity agent, AgentOffer offer, ClaimNonce nonce, List<QueueRow> picks,
        CancellationToken cancellationToken)
    {
        var leased = new Task<Applied>[picks.Count];
        for (var i = 0; i < picks.Count; i++)
        {
            leased[i] = keeper.ApplyAsync(
                picks[i].Run, new RunEvent.Claimed(picks[i].Step, offer.Agent, nonce, i), cancellationToken);
        }

        // All of them, also when one fails: the claim is asked again at once, and must then find what it leased.
        var all = await Task.WhenAll(leased);
        var answer = new List<Assignment>(picks.Count);
        for (var i = 0; i < picks.Count; i++)
        {
            if (all[i].Verdict != EventVerdict.Accepted) continue;
            var run = all[i].State!;
            var step = run.Graph.PositionOf(picks[i].Step);
            await AddAssignmentAsync(answer, agent, run, step, offer, cancellationToken);
        }

        return answer;
    }

    private async ValueTask AddAssignmentAsync(
        List<Assignment> answer, AgentIdentity agent, RunState run, int step, AgentOffer offer,
        CancellationToken cancellationToken)
    {
        // A step that can no longer be resolved is left to its lease: it ends by its deadline with that reason.
        if (run.Steps[step] is not { IsHeld: true, Current: { } attempt }) return;
        if (WorkBuilder.Build(run, step).Work is not { } work) return;
        var handout = await HandOutAsync(agent, run, step, cancellationToken);
        if (!handout.MayStart) return;
        var fence = new AttemptFence(run.Id, run.Steps[step].Name, attempt.Number, attempt.Lease);
        answer.Add(new Assignment(fence, work)
        {
            Namespace = run.Namespace,
            Flow = run.Flow,
            RunNumber = run.Number,
            LeaseMilliseconds = (int)keeper.Timing.Lease.TotalMilliseconds,
            DisconnectMilliseconds = (long)run.Plan.Steps[step].Disconnect.TotalMilliseconds,
            Sealed = handout.Sealed,
            Next = Foresight.After(run, fence, keeper.Suppose, offer),
        });
    }

    private async ValueTask<Handout> HandOutAsync(
        AgentIdentity agent, RunState run, int step, CancellationToken cancellationToken)
    {
        var names = SecretRule.NamesFor(run.Plan.Steps[step]);
        if (names.Count == 0) return Handout.Nothing;
        if (secrets is not null) return await secrets.HandOutAsync(agent, run, step, cancellationToken);
        var attempt = run.Steps[step].Current!;
        var fence = new AttemptFence(run.Id, run.Steps[step].Name, attempt.Number, attempt.Lease);
        var withheld = new RunEvent.Withheld(fence, $"no vault holds {string.Join(", ", names)}");
        await keeper.ApplyAsync(run.Id, withheld, cancellationToken);
        return Handout.Withheld;
    }

    private void Release(List<QueueRow> picks)
    {
        lock (_gate)
        {
            foreach (var pick in picks) _reserved.Remove(new StepKey(pick.Run, pick.Step));
        }
    }

    /// <param name="IsAnswered">The same nonce, late or doubled, is told what it leased and takes nothing more.</param>
    private readonly record struct LastClaim(ClaimNonce Nonce, bool IsAnswered);
}

/// <summary>One try to serve a claim.</summary>
/// <param name="IsLast">True when the claim is answered now, whatever there is.</param>
public readonly record struct TakeRequest(ClaimNonce Nonce, int Slots, bool IsLast);
