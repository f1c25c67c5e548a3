using System.Text.Json.Serialization;
using Weir.Contracts.Flows;
using Weir.Contracts.Json;

namespace Weir.Contracts.AgentProtocol;

/// <summary>
/// Asks for work; held open by the controller up to <see cref="WaitMilliseconds"/> when there is none.
/// </summary>
/// <param name="Nonce">Same nonce, same answer: a claim whose answer was lost is asked again without taking
/// more.</param>
/// <param name="FreeSlots">How many attempts the agent can begin now.</param>
/// <param name="WaitMilliseconds">Longest time to wait for work; the controller caps it at 30 s.</param>
public sealed record ClaimRequest(ClaimNonce Nonce, int FreeSlots, int WaitMilliseconds)
{
    /// <summary>What the agent says of its host (<c>host.os</c>, <c>host.arch</c>); never opens a secret.</summary>
    public IReadOnlyDictionary<string, string> Host { get; set; } = new Dictionary<string, string>();

    /// <summary>The runtimes this agent offers, in its order of preference: <c>process docker fake</c>.</summary>
    public IReadOnlyList<string> Runtimes { get; set; } = [];
}

/// <summary>
/// Numbers an agent's claims in the order it makes them, so that late and repeated ones are told apart.
/// </summary>
/// <param name="Generation">Counted on the agent's disk: one more at each start of the agent.</param>
/// <param name="Number">Counted from 1 within a generation; one more once a claim was answered.</param>
public readonly record struct ClaimNonce(long Generation, long Number) : IComparable<ClaimNonce>
{
    public int CompareTo(ClaimNonce other) =>
        Generation != other.Generation ? Generation.CompareTo(other.Generation) : Number.CompareTo(other.Number);

    public static bool operator <(ClaimNonce left, ClaimNonce right) => left.CompareTo(right) < 0;

    public static bool operator >(ClaimNonce left, ClaimNonce right) => left.CompareTo(right) > 0;

    public static bool operator <=(ClaimNonce left, ClaimNonce right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ClaimNonce left, ClaimNonce right) => left.CompareTo(right) >= 0;
}

/// <summary>The attempts leased to the caller; empty when there was none in time.</summary>
public sealed record ClaimResponse(IReadOnlyList<Assignment> Assignments)
{
    /// <summary>True when the agent should take nothing more and leave when its work is done.</summary>
    public bool Drain { get; init; }
}

/// <summary>
/// One attempt with all that its agent needs to execute it. Everything in it is resolved: no expressions.
/// </summary>
public sealed record Assignment(AttemptFence Fence, StepWork Work)
{
    public required string Namespace { get; init; }
    public required string Flow { get; init; }
    public required long RunNumber { get; init; }

    /// <summary>How long the lease holds after a renewal, by the agent's monotonic clock.</summary>
    public required int LeaseMilliseconds { get; init; }

    /// <summary>
    /// How long, after the lease ended, work may outlive a silent controller; 0 = must never overlap.
    /// </summary>
    public required long DisconnectMilliseconds { get; init; }

    /// <summary>Secrets and other values sealed to the agent's key (see SealedBox); null when there are none.</summary>
    public string? Sealed { get; init; }

    /// <summary>What comes next at this agent if this attempt succeeds, most likely first.</summary>
    public IReadOnlyList<NextStep> Next { get; set; } = [];
}

/// <summary>
/// A step as far as its container can be made ready before it is claimed; what it does and its secrets come with its
/// assignment only. Nothing is promised: it may run elsewhere, differently, or never.
/// </summary>
public sealed record NextStep(string Step)
{
    public required string Image { get; init; }
    public string? Runtime { get; init; }
    public PullPolicy? Pull { get; init; }
    public string? Shell { get; init; }
    public StepLimits Limits { get; set; } = new();

    /// <summary>True when an attempt of it must not outlive its agent.</summary>
    public bool DiesWithAgent { get; init; }
    public NextWorkspace Workspace { get; init; }
}

[JsonConverter(typeof(SnakeCaseEnumConverter<NextWorkspace>))]
public enum NextWorkspace
{
    /// <summary>It cannot be said before.</summary>
    Unknown,

    /// <summary>Empty.</summary>
    Empty,

    /// <summary>That of the step before it, which nobody else continues.</summary>
    TakenOver,
}

/// <summary>What a step does, with every expression resolved.</summary>
public sealed record StepWork
{
    /// <summary>What the step is: <c>commands</c>; other kinds join through the engine's op extension point.</summary>
    public string Kind { get; set; } = "commands";
    public string? Image { get; init; }

    /// <summary>When to ask for the image; null = as the agent is set.</summary>
    public PullPolicy? Pull { get; init; }

    /// <summary>The runtime that must be used, or null for the agent's choice.</summary>
    public string? Runtime { get; init; }
    public IReadOnlyList<string> Commands { get; set; } = [];
    public IReadOnlyDictionary<string, string> Env { get; set; } = new Dictionary<string, string>();
    public string? Shell { get; init; }

    /// <summary>
    /// Working folder, relative to the workspace (or absolute inside an image); null = the workspace.
    /// </summary>
    public string? Workdir { get; init; }
    public long TimeoutMilliseconds { get; init; }
    public int KillGraceMilliseconds { get; init; }
    public StepLimits Limits { get; set; } = new();

    /// <summary>The step whose workspace this one continues; null = an empty one.</summary>
    public WorkspaceSource? Workspace { get; init; }

    /// <summary>
    /// True when nobody else continues <see cref="Workspace"/>, so that it may be taken without a copy.
    /// </summary>
    public bool WorkspaceIsHandedOn { get; init; }

    /// <summary>True when some later step continues this workspace at all, so it is kept after the step.</summary>
    public bool KeepWorkspace { get; init; }

    /// <summary>True when a later step may run on another agent, so the workspace is left as a blob as well.</summary>
    public bool UploadWorkspace { get; init; }
    public IReadOnlyList<ArtifactWork> Artifacts { get; set; } = [];
    public IReadOnlyList<ResourceWork> Resources { get; set; } = [];

    /// <summary>Names the step may write to the file named by <c>WEIR_OUTPUT</c>.</summary>
    public IReadOnlyList<string> Outputs { get; set; } = [];

    /// <summary>JUnit files to read: relative to the workspace, may hold <c>*</c>, <c>?</c>, <c>**</c>.</summary>
    public string? JunitReports { get; init; }
}

/// <summary>Where a workspace comes from.</summary>
/// <param name="Step">The step that left it.</param>
/// <param name="Attempt">The attempt that left it.</param>
/// <param name="Agent">The agent that has it on disk.</param>
/// <param name="Digest">The blob (a tar) that holds it, when it was uploaded.</param>
public sealed record WorkspaceSource(string Step, int Attempt, string Agent, string? Digest)
{
    /// <summary>The run that the step was executed in; null = the attempt's own.</summary>
    public string? Run { get; init; }
}

/// <summary>
/// Files to keep: <paramref name="Path"/> is relative to the workspace and may hold <c>*</c>, <c>?</c>, <c>**</c>.
/// </summary>
public sealed record ArtifactWork(string Name, string Path, bool Required);

/// <summary>Files to bring: the tar blob of an earlier artifact, unpacked at <paramref name="Path"/>.</summary>
/// <param name="Digest">Null when nobody produced it and it is not required: nothing is unpacked.</param>
public sealed record ResourceWork(string Name, string Path, string? Digest, bool Required);

/// <summary>An artifact that a step left: a tar blob (see ArtifactArchive) in the content-addressed store.</summary>
public sealed record ArtifactRecord(string Name, string Digest, long Bytes, int Files);
