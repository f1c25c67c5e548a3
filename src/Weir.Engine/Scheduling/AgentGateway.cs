using Weir.Contracts.AgentProtocol;

namespace Weir.Engine.Scheduling;

/// <summary>
/// What agents may ask: the controller's side of the protocol, behind authentication. Calls of an agent that is not known,
/// not approved or revoked never get here.
/// </summary>
public sealed class AgentGateway
{
    /// <summary>Waits up to the request's time for work.</summary>
    public Task<ClaimResponse> ClaimAsync(AgentIdentity agent, ClaimRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<RenewResponse> RenewAsync(AgentIdentity agent, RenewRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ReportResponse> ReportAsync(AgentIdentity agent, ReportRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AppendLogResponse> AppendLogAsync(AgentIdentity agent, AttemptFence fence, IReadOnlyList<LogPiece> pieces, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<FinishResponse> FinishAsync(AgentIdentity agent, FinishRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>True when the agent holds that lease: what blobs and secrets ask before they answer.</summary>
    public Task<bool> HoldsAsync(AgentIdentity agent, AttemptFence fence, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>The next message for the agent's standing channel.</summary>
    public Task<ChannelMessage> NextMessageAsync(AgentIdentity agent, CancellationToken cancellationToken) => throw new NotSupportedException();
}

/// <summary>An authenticated agent, as the registry knows it at the time of the call.</summary>
public sealed record AgentIdentity(string Id, string Name)
{
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Namespaces it may work for; empty = all.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary>P-256 SubjectPublicKeyInfo: attempt secrets are sealed to it.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; init; }
    public bool Draining { get; init; }
}
