using Weir.Agent.Logs;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Runs;

namespace Weir.Agent.Folders;

/// <summary>One attempt's record, output, outcome and workspace.</summary>
public abstract class AttemptFolder
{
    public abstract AttemptRecord Record { get; }

    /// <summary>Private folder for the runtime, which makes it: script, gate, output files.</summary>
    public abstract string RuntimePath { get; }

    public abstract string WorkspacePath { get; }

    /// <summary>False when the workspace of a step that is to go on cannot be read any more.</summary>
    public virtual bool HasWorkspace => true;

    public abstract LogSpool Spool { get; }

    /// <summary>True once the step's gate was opened; before that nothing of it has run.</summary>
    public abstract bool Opened { get; set; }

    /// <summary>The outcome that is not answered yet.</summary>
    public abstract FinishRequest? Finish { get; set; }

    /// <summary>
    /// What the step has told to be secret, sealed to the agent itself: a box of <c>SealedValues</c>.
    /// </summary>
    public abstract string? Masks { get; set; }

    /// <summary>From now on all that is known of the attempt outlives the agent, if it did not before.</summary>
    public virtual void Keep()
    {
    }

    /// <summary>
    /// Makes the folder that the step works in: empty, or what the named step left. Throws
    /// <see cref="StepException"/> when that is gone.
    /// </summary>
    public abstract Task PrepareWorkspaceAsync(WorkspaceNeeds needs, CancellationToken cancellationToken);

    /// <summary>Unpacks an earlier artifact into the workspace; it has a digest.</summary>
    public abstract Task UnpackAsync(ResourceWork resource, OpenBlob blobs, CancellationToken cancellationToken);

    /// <summary>
    /// Packs what the path names; null when nothing is there. A path that leads out is a <see cref="StepException"/>.
    /// </summary>
    public abstract Task<Parcel?> PackAsync(ArtifactWork artifact, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the JUnit files that the path names; null when none is there. What is wrong with them is in the report.
    /// </summary>
    public virtual TestReport? ReadTests(string path) => null;

    /// <summary>Packs the whole workspace, with times and links as they are.</summary>
    public abstract Task<Parcel> PackWorkspaceAsync(CancellationToken cancellationToken);

    /// <summary>Packs the workspace that the attempt began with, as it was; null when that is not kept here.</summary>
    public abstract Task<Parcel?> PackSourceAsync(CancellationToken cancellationToken);

    /// <summary>Keeps the workspace for later steps, or removes it.</summary>
    public abstract void LeaveWorkspace(bool succeeded);

    /// <summary>Forgets the attempt; its workspace stays as it was left.</summary>
    public abstract void Remove();
}
