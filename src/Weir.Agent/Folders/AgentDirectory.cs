using System.Text.Json.Serialization;
using Weir.Contracts.AgentProtocol;

namespace Weir.Agent.Folders;

/// <summary>
/// What an agent keeps between its lives: on disk, or in memory under a simulator. Throws <see cref="IOException"/>
/// when the disk fails or is full. Thread-safe; one attempt's folder is used by one step at a time.
/// </summary>
public abstract class AgentDirectory
{
    /// <summary>When leases were last renewed or given, by the wall clock; for the deadline after a restart.</summary>
    public abstract DateTimeOffset? LastRenewal { get; set; }

    /// <summary>Of the disk; null when there is none, or it does not say.</summary>
    public abstract DiskRoom? Room { get; }

    /// <summary>One more at each start of the agent, from 1.</summary>
    public abstract long BeginGeneration();

    /// <summary>The attempts that an earlier life was working on.</summary>
    public abstract IReadOnlyList<AttemptFolder> Attempts();

    /// <summary>Records the attempt before anything is done for it.</summary>
    public abstract AttemptFolder Begin(AttemptRecord record);

    /// <summary>Removes what nobody uses any more: by age, and oldest first when the disk is short.</summary>
    public abstract void Tidy();
}

/// <summary>What is known of an attempt before it starts. Secrets in it stay sealed.</summary>
/// <param name="Assignment">As the controller gave it.</param>
/// <param name="Slot">The agent's slot it runs in.</param>
/// <param name="Runtime">Name of the runtime that executes it.</param>
/// <param name="Begun">When it was taken in.</param>
public sealed record AttemptRecord(Assignment Assignment, int Slot, string Runtime, DateTimeOffset Begun)
{
    /// <summary>
    /// True when neither runtime nor step uses a folder, and nothing of the step can outlive the agent: then none is
    /// made before <see cref="AttemptFolder.Keep"/>.
    /// </summary>
    [JsonIgnore]
    public bool InMemory { get; init; }

    /// <summary>Names its containers and folders: unique also when one attempt is leased twice.</summary>
    [JsonIgnore]
    public string Id =>
        $"{Assignment.Fence.Run}-{Assignment.Fence.Step}-{Assignment.Fence.Attempt}-{Assignment.Fence.Lease}";
}

/// <summary>Opens a blob of the controller; the caller verifies and disposes it.</summary>
public delegate Task<Stream> OpenBlob(string digest, CancellationToken cancellationToken);

/// <summary>What a workspace is made with.</summary>
/// <param name="Blobs">Of the controller.</param>
/// <param name="Sees">Whether the step's runtime sees a folder that this agent has mounted.</param>
public sealed record WorkspaceNeeds(OpenBlob Blobs, Func<string, CancellationToken, Task<bool>> Sees);

/// <summary>A packed artifact or workspace: a tar under its digest.</summary>
public sealed record Parcel(string Digest, long Bytes, int Files, Func<Stream> Open);
