using Weir.Contracts.AgentProtocol;
using Weir.Engine.Masking;
using Weir.Engine.Running;
using Weir.Engine.Storage;

namespace Weir.Engine.Scheduling;

/// <summary>
/// What agents may ask: the controller's side of the protocol, behind authentication. Calls of an agent that is not
/// known, not approved or revoked never get here. Every call may come again, late, or out of order.
/// </summary>
public sealed class AgentGateway(RunKeeper keeper, ClaimDesk desk, StepLogs logs, RunSignals signals, TimeProvider time)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private const int MostWords = 300;

    /// <summary>A woken claim may be cut off before it takes its work, so the others look again after this.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    /// <summary>Waits up to the request's time (at most 30 s) for work.</summary>
    public async Task<ClaimResponse> ClaimAsync(
        AgentIdentity agent, ClaimRequest request, CancellationToken cancellationToken)
    {
        var offer = agent.Offer(request.Runtimes);
        var wait = TimeSpan.FromMilliseconds(
            Math.Clamp(request.WaitMilliseconds, 0, (int)LongestWait.TotalMilliseconds));
        var start = time.GetTimestamp();
        while (true)
        {
            agent = agent.Newest?.Invoke() ?? agent;
            var epoch = signals.Claims.Epoch;
            var left = wait - time.GetElapsedTime(start);
            var isLast = agent.Draining || left <= TimeSpan.Zero;
            var taken = await desk.TakeAsync(
                agent, offer, new TakeRequest(request.Nonce, request.FreeSlots, isLast), cancellationToken);
            if (taken.Count > 0 || isLast)
                return new ClaimResponse(taken) { Drain = agent is { Draining: true, IsShutOut: false } };
            await WaitAsync(epoch, agent, offer, left, cancellationToken);
        }
    }

    public async Task<RenewResponse> RenewAsync(
        AgentIdentity agent, RenewRequest request, CancellationToken cancellationToken)
    {
        var leases = await keeper.Store.ListLeasesAsync(agent.Id, cancellationToken);
        foreach (var lease in leases.Where(l => l.Until == LeaseRow.Parked && request.Held.Contains(l.Fence)))
        {
            await keeper.ApplyAsync(lease.Fence.Run, new RunEvent.Returned(lease.Fence), cancellationToken);
        }

        var until = time.GetUtcNow() + keeper.Timing.Lease;
        var held = await keeper.Store.RenewLeasesAsync(agent.Id, request.Held, until, cancellationToken);
        var answers = new List<LeaseAnswer>(request.Held.Count);
        for (var i = 0; i < request.Held.Count; i++)
        {
            answers.Add(
                new LeaseAnswer(
                    request.Held[i],
                    held[i] ? await HeldVerdictAsync(request.Held[i], cancellationToken) : LeaseVerdict.Lost));
        }

        foreach (var lease in leases)
        {
            if (lease.Nonce > request.AnsweredThrough || request.Held.Contains(lease.Fence)) continue;
            await keeper.ApplyAsync(lease.Fence.Run, new RunEvent.NotHeld(lease.Fence), cancellationToken);
        }

        return new RenewResponse(answers)
        {
            Drain = agent.Draining, RenewMilliseconds = (int)keeper.Timing.Renew.TotalMilliseconds,
        };
    }

    public async Task<ReportResponse> ReportAsync(
        AgentIdentity agent, ReportRequest request, CancellationToken cancellationToken)
    {
        var masks = await MasksAsync(request.Fence, cancellationToken);
        var commands = masks is null ? request.Commands : MaskedOutcome.Of(masks, request.Commands);
        var happened = new RunEvent.Progressed(request.Fence, agent.Id, request.Runtime, [.. commands])
        {
            Image = request.Image,
            Preparing = request.Preparing is { Length: > MostWords } text ? text[..MostWords] : request.Preparing,
        };
        var applied = await keeper.ApplyAsync(request.Fence.Run, happened, cancellationToken);
        return new ReportResponse(applied.Answer) { Stop = IsStopAsked(applied.State, request.Fence) };
    }

    public async Task<AppendLogResponse> AppendLogAsync(
        AgentIdentity agent, AttemptFence fence, IReadOnlyList<LogPiece> pieces, CancellationToken cancellationToken)
    {
        if (!await HoldsAsync(agent, fence, cancellationToken)) return new AppendLogResponse(WriteVerdict.Fenced, 0, 0);
        var run = await RefreshAsync(fence.Run, cancellationToken);
        var lengths = desk.Secrets?.MasksOf(run, fence) is { } masks
            ? await logs.AppendMaskedAsync(
                StepLogs.KeyOf(run.Namespace, fence), masks, pieces, isLast: false, cancellationToken)
            : await logs.AppendAsync(run.Namespace, fence, pieces, cancellationToken);
        return new AppendLogResponse(WriteVerdict.Accepted, lengths.Stdout, lengths.Stderr);
    }

    /// <summary>Values that the step has told to be secret: from the next byte of its log on they are masked.</summary>
    public async Task<AddMasksResponse> AddMasksAsync(
        AgentIdentity agent, AttemptFence fence, IReadOnlyList<string> values, CancellationToken cancellationToken)
    {
        var held = await HoldsAsync(agent, fence, cancellationToken)
            && (desk.Secrets is null || await desk.Secrets.AddAsync(fence, values, cancellationToken));
        return new AddMasksResponse(held ? WriteVerdict.Accepted : WriteVerdict.Fenced);
    }

    /// <summary>
    /// Takes the end of the logs, then the outcome, then, if asked and if the outcome was taken, claims in passing.
    /// </summary>
    public async Task<FinishResponse> FinishAsync(
        AgentIdentity agent, FinishRequest request, CancellationToken cancellationToken)
    {
        if (await MasksAsync(request.Fence, cancellationToken) is { } masks)
        {
            if (await HoldsAsync(agent, request.Fence, cancellationToken))
                await EndLogAsync(request, masks, cancellationToken);
            request = request with { Outcome = MaskedOutcome.Of(masks, request.Outcome), Tail = [] };
        }

        if (request.Tail.Count > 0) await AppendLogAsync(agent, request.Fence, request.Tail, cancellationToken);
        var (applied, next) = await EndAttemptAsync(agent, request, cancellationToken);
        if (applied.Verdict == EventVerdict.Accepted) logs.Close(applied.State!.Namespace, request.Fence);
        return new FinishResponse(applied.Answer, next);
    }

    /// <summary>True when the agent holds that lease: what logs, blobs and secrets ask before they answer.</summary>
    public async Task<bool> HoldsAsync(AgentIdentity agent, AttemptFence fence, CancellationToken cancellationToken) =>
        await keeper.Store.GetLeaseAsync(fence.Run, fence.Step, cancellationToken) is { } lease
        && lease.Agent == agent.Id
        && lease.Fence == fence;

    /// <summary>
    /// True when the agent holds that attempt, and its work names the blob: no other is its business.
    /// </summary>
    public async Task<bool> NeedsAsync(
        AgentIdentity agent, AttemptFence fence, string digest, CancellationToken cancellationToken) =>
        await HoldsAsync(agent, fence, cancellationToken)
        && await keeper.RefreshAsync(fence.Run, cancellationToken) is { } run
        && run.Graph.TryPositionOf(fence.Step, out var step)
        && WorkBuilder.Build(run, step).Work is { } work
        && (work.Workspace?.Digest == digest || work.Resources.Any(resource => resource.Digest == digest));

    /// <summary>The next message for the agent's standing channel.</summary>
    public Task<ChannelMessage> NextMessageAsync(AgentIdentity agent, CancellationToken cancellationToken) =>
        signals.Mailboxes.ReceiveAsync(agent.Id, cancellationToken);

    private async Task<(Applied Finished, IReadOnlyList<Assignment> Next)> EndAttemptAsync(
        AgentIdentity agent, FinishRequest request, CancellationToken cancellationToken)
    {
        var finished = new RunEvent.Finished(request.Fence, agent.Id, request.Outcome);
        if (request.ClaimNonce is not { } nonce)
            return (await keeper.ApplyAsync(request.Fence.Run, finished, cancellationToken), []);
        var offer = agent.Offer(request.Runtimes);
        var take = new TakeRequest(nonce, request.FreeSlots, IsLast: true);
        return await desk.FinishAndTakeAsync(agent, offer, finished, take, cancellationToken);
    }

    private async Task WaitAsync(
        long epoch, AgentIdentity agent, AgentOffer offer, TimeSpan left, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(left < LookAgain ? left : LookAgain, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        await signals.Claims.WaitAsync(epoch, offer, agent.Namespaces, both.Token);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task<LeaseVerdict> HeldVerdictAsync(AttemptFence fence, CancellationToken cancellationToken)
    {
        var run = await keeper.RecallAsync(fence.Run, cancellationToken);
        return IsStopAsked(run, fence) ? LeaseVerdict.Stop : LeaseVerdict.Held;
    }

    private async Task<RunState> RefreshAsync(string run, CancellationToken cancellationToken) =>
        await keeper.RefreshAsync(run, cancellationToken)
        ?? throw new InvalidDataException($"run {run} has a lease but is gone");

    private async ValueTask<MaskSet?> MasksAsync(AttemptFence fence, CancellationToken cancellationToken) =>
        desk.Secrets is { } secrets && await keeper.RefreshAsync(fence.Run, cancellationToken) is { } run
            ? secrets.MasksOf(run, fence)
            : null;

    private async Task EndLogAsync(FinishRequest request, MaskSet masks, CancellationToken cancellationToken)
    {
        var run = await RefreshAsync(request.Fence.Run, cancellationToken);
        var key = StepLogs.KeyOf(run.Namespace, request.Fence);
        await logs.AppendMaskedAsync(key, masks, request.Tail, isLast: true, cancellationToken);
    }

    private static bool IsStopAsked(RunState? run, AttemptFence fence) =>
        run is not null
        && run.Graph.TryPositionOf(fence.Step, out var i)
        && run.Steps[i].Current is { StopAsked: not null } attempt
        && attempt.Lease == fence.Lease;
}

/// <summary>An authenticated agent, as the registry knows it at the time of the call.</summary>
public sealed record AgentIdentity(string Id, string Name)
{
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Namespaces it may work for; empty = all.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary>P-256 SubjectPublicKeyInfo: attempt secrets are sealed to it.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; init; }
    /// <summary>It takes nothing more.</summary>
    public bool Draining { get; init; }

    /// <summary>Its next request is refused; it is not to end in peace, as one that was drained.</summary>
    public bool IsShutOut { get; init; }

    /// <summary>What the registry knows now; for who waits, as an admin may shut the agent out meanwhile.</summary>
    public Func<AgentIdentity>? Newest { get; init; }

    /// <summary>What the agent last said of its host.</summary>
    public Func<IReadOnlyDictionary<string, string>>? Host { get; init; }

    public AgentOffer Offer(IReadOnlyList<string> runtimes) =>
        new(Id, Labels, runtimes) { Host = Host?.Invoke() ?? new Dictionary<string, string>() };
}
