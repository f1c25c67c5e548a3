using Weir.Contracts.AgentProtocol;

namespace Weir.Engine.Links;

/// <summary>
/// What an agent can ask of its controller. Implemented over HTTP, in one process, and by the simulator's lossy link.
/// Every call may be repeated: a repetition has the effect and the answer of the first. A call that could not be
/// carried throws <see cref="LinkException"/>; the caller backs off with jitter and asks again.
/// </summary>
public interface IControllerLink
{
    Task<ClaimResponse> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken);

    Task<RenewResponse> RenewAsync(RenewRequest request, CancellationToken cancellationToken);

    Task<ReportResponse> ReportAsync(ReportRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Appends pieces at their offsets; at most 1 MiB in all. What is already there is passed over; a piece beyond the
    /// end is not taken. The answer says from where to send on. The bytes are not kept after the call.
    /// </summary>
    Task<AppendLogResponse> AppendLogAsync(
        AttemptFence fence, IReadOnlyList<LogPiece> pieces, CancellationToken cancellationToken);

    /// <summary>
    /// Tells values that are secret from now on, before any byte of log that comes after them. They travel sealed.
    /// </summary>
    Task<AddMasksResponse> AddMasksAsync(
        AttemptFence fence, IReadOnlyList<string> values, CancellationToken cancellationToken);

    Task<FinishResponse> FinishAsync(FinishRequest request, CancellationToken cancellationToken);

    /// <summary>True when the blob is there; a blob that is there is pinned for 24 h.</summary>
    Task<bool> HasBlobAsync(AttemptFence fence, string digest, CancellationToken cancellationToken);

    /// <summary>
    /// Stores a blob; the controller verifies the digest. <paramref name="open"/> may be called again on a retry.
    /// </summary>
    Task PutBlobAsync(
        AttemptFence fence, string digest, long length, Func<Stream> open, CancellationToken cancellationToken);

    /// <summary>The blob's bytes; the caller verifies the digest and disposes the stream.</summary>
    Task<Stream> GetBlobAsync(AttemptFence fence, string digest, CancellationToken cancellationToken);

    /// <summary>Waits for the next message of the standing channel; connects first when it has to.</summary>
    Task<ChannelMessage> ReceiveAsync(CancellationToken cancellationToken);
}

/// <summary>The controller could not be reached or could not answer; whether it did the work is unknown.</summary>
public sealed class LinkException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True when asking again cannot help: revoked, unknown, wrong protocol.</summary>
    public bool Permanent { get; init; }

    /// <summary>The stable code of the refusal, when there was an answer.</summary>
    public string? Code { get; init; }
}
