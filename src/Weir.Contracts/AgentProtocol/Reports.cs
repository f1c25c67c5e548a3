using System.Text.Json.Serialization;
using Weir.Contracts.Json;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;

namespace Weir.Contracts.AgentProtocol;

/// <summary>Progress of an attempt: it has begun, or one of its commands started or ended.</summary>
public sealed record ReportRequest(AttemptFence Fence)
{
    /// <summary>What the attempt runs in: <c>process</c>, <c>docker</c>, <c>fake</c>.</summary>
    public string? Runtime { get; init; }

    /// <summary>The image that really runs: by digest where its registry gave one, else by its id.</summary>
    public string? Image { get; init; }

    /// <summary>
    /// What takes long before the first command, in a few words for people; set, the attempt has not begun.
    /// </summary>
    public string? Preparing { get; init; }

    /// <summary>All commands that have started so far, in order.</summary>
    public IReadOnlyList<CommandRecord> Commands { get; set; } = [];
}

/// <summary>One command of a step: its text, times, exit code and the part of each log that is its own.</summary>
public sealed record CommandRecord(int Index, string Text)
{
    public DateTimeOffset? Started { get; init; }
    public DateTimeOffset? Ended { get; init; }
    public int? ExitCode { get; init; }
    public long StdoutFrom { get; init; }
    public long StdoutTo { get; init; }
    public long StderrFrom { get; init; }
    public long StderrTo { get; init; }
}

/// <summary>The one outcome of an attempt. Sent until it is answered; a repetition is answered as the first.</summary>
public sealed record FinishRequest(AttemptFence Fence, AttemptOutcome Outcome)
{
    /// <summary>
    /// How many free slots the agent has once this attempt is over; > 0 lets the answer carry the next one.
    /// </summary>
    public int FreeSlots { get; init; }

    /// <summary>Nonce of the claim that this finish makes in passing, as in <see cref="ClaimRequest"/>.</summary>
    public ClaimNonce? ClaimNonce { get; init; }
    public IReadOnlyList<string> Runtimes { get; set; } = [];

    /// <summary>
    /// The end of the logs, so that a short step needs no request of its own for them; at most 64 KiB.
    /// </summary>
    public IReadOnlyList<LogPiece> Tail { get; set; } = [];
}

public sealed record AttemptOutcome(RunStatus Status, ReasonCode Reason)
{
    /// <summary>For people: what happened, in one sentence.</summary>
    public string? Message { get; init; }
    public int? ExitCode { get; init; }

    /// <summary>As in <see cref="ReportRequest"/>, which a short step never sends.</summary>
    public string? Runtime { get; init; }

    /// <summary>As in <see cref="ReportRequest"/>.</summary>
    public string? Image { get; init; }
    public IReadOnlyDictionary<string, string> Outputs { get; set; } = new Dictionary<string, string>();
    public IReadOnlyList<ArtifactRecord> Artifacts { get; set; } = [];
    public IReadOnlyList<CommandRecord> Commands { get; set; } = [];

    /// <summary>Bytes of each log as the agent counted them; the step's log ends there.</summary>
    public long StdoutBytes { get; init; }
    public long StderrBytes { get; init; }

    /// <summary>What the step's tests came to, when reports were asked for and are there.</summary>
    public TestReport? Tests { get; init; }

    /// <summary>The tar blob of the workspace, when it was asked for.</summary>
    public string? WorkspaceDigest { get; init; }

    /// <summary>
    /// The tar blob of the workspace that the attempt began with, when it failed and its agent still has it: another
    /// attempt may then begin with it anywhere.
    /// </summary>
    public string? SourceDigest { get; init; }
}

/// <summary>The answer to a write of an agent.</summary>
/// <param name="Verdict">Whether the write was taken.</param>
/// <param name="Next">Attempts leased in passing, when the finish asked for more work.</param>
public sealed record FinishResponse(WriteVerdict Verdict, IReadOnlyList<Assignment> Next);

[JsonConverter(typeof(SnakeCaseEnumConverter<WriteVerdict>))]
public enum WriteVerdict
{
    Accepted,

    /// <summary>The lease is no longer the caller's: kill the work and send nothing more for it.</summary>
    Fenced,
}

/// <summary>The answer to a report: <see cref="Stop"/> asks the agent to stop the attempt.</summary>
public sealed record ReportResponse(WriteVerdict Verdict)
{
    public bool Stop { get; init; }
}

[JsonConverter(typeof(SnakeCaseEnumConverter<LogStream>))]
public enum LogStream
{
    Stdout = 1,
    Stderr = 2,
}

/// <summary>Bytes of one stream of an attempt, written by one command.</summary>
/// <param name="Offset">Place of the first byte in the attempt's stream.</param>
/// <param name="Command">Index of the command, from 0; −1 before the first.</param>
public sealed record LogPiece(LogStream Stream, long Offset, int Command, ReadOnlyMemory<byte> Bytes);

/// <summary>The answer to appended pieces of log.</summary>
/// <param name="Verdict">Whether the caller still holds the attempt.</param>
/// <param name="StdoutThrough">Everything before this offset is on the controller's disk; send on from here.</param>
/// <param name="StderrThrough">The same for the other stream.</param>
public sealed record AppendLogResponse(WriteVerdict Verdict, long StdoutThrough, long StderrThrough);

/// <summary>Values that a step has told to be secret.</summary>
/// <param name="Sealed">A JSON list of them, sealed to the key that the session's answer named.</param>
public sealed record AddMasksRequest(AttemptFence Fence, string Sealed);

public sealed record AddMasksResponse(WriteVerdict Verdict);

/// <summary>Sent by the controller over the agent's standing channel.</summary>
public sealed record ChannelMessage(ChannelMessageKind Kind)
{
    public AttemptFence? Fence { get; init; }
}

[JsonConverter(typeof(SnakeCaseEnumConverter<ChannelMessageKind>))]
public enum ChannelMessageKind
{
    /// <summary>There may be work: claim at once.</summary>
    Work,

    /// <summary>Stop the named attempt.</summary>
    Stop,

    /// <summary>Renew at once.</summary>
    Renew,

    /// <summary>Take nothing more.</summary>
    Drain,
}
