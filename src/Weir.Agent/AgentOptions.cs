using Weir.Contracts.AgentProtocol;

namespace Weir.Agent;

/// <summary>What the person who runs an agent decides.</summary>
public sealed record AgentOptions
{
    /// <summary>The name people see; the controller gives the id.</summary>
    public required string Name { get; init; }

    /// <summary>Folder of the agent's key, attempts, workspaces and cached blobs.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Attempts at once.</summary>
    public int Slots { get; init; } = 1;

    /// <summary>The controller's address; not needed when a link is given.</summary>
    public Uri? Controller { get; init; }

    /// <summary>Others of the same system, for when that one is away.</summary>
    public IReadOnlyList<Uri> OtherControllers { get; init; } = [];

    /// <summary>
    /// The newest agent protocol that it speaks; the one before is spoken where that is not known yet.
    /// </summary>
    public int Protocol { get; init; } = AgentProtocolNumber.Current;

    /// <summary>One-use token from <c>weir agent join-token</c>; without it the agent waits for approval.</summary>
    public string? JoinToken { get; init; }

    /// <summary>PEM file of the authority that signed the controller's certificate; null = the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>How often leases are renewed, ± 20 %, until the controller has said how often it wants that.</summary>
    public TimeSpan RenewPeriod { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the controller may hold a claim open when there is no work.</summary>
    public TimeSpan ClaimWait { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Bytes of log that an attempt may keep on disk while the controller is away; beyond it the step is held up.
    /// </summary>
    public long SpoolBytes { get; init; } = 1L << 30;

    /// <summary>Workspaces and cached blobs that nobody touched for so long are removed.</summary>
    public TimeSpan KeepFor { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Workspaces and cached blobs are removed, oldest first, while less than this is free on their disk.
    /// </summary>
    public long KeepFreeBytes { get; init; } = 1L << 30;

    /// <summary>
    /// A workspace of at most so many bytes is kept as its step left it, so that the next step can be retried with it;
    /// after a failure it is stored with the controller too. A larger one is handed on without a copy: the next step
    /// is not to wait for it.
    /// </summary>
    public long SnapshotBytes { get; init; } = 16L << 20;

    /// <summary>
    /// Nothing new is taken while less than this is free on the disk, or than a twentieth of it where that is less.
    /// </summary>
    public long ClaimFreeBytes { get; init; } = 256L << 20;
}
