using Weir.Agent.Folders;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Engine.Links;

namespace Weir.Agent.Steps;

/// <summary>What a step leaves once all its processes are gone: artifacts and, when asked for, its workspace.</summary>
internal sealed record StepHarvest(IReadOnlyList<ArtifactRecord> Artifacts, string? WorkspaceDigest, string? Problem)
{
    public static readonly StepHarvest Nothing = new([], null, null);

    public TestReport? Tests { get; private init; }

    /// <summary>
    /// Stores what a failed attempt began with, for another one; null when that is not here, or cannot be stored.
    /// </summary>
    public static async Task<string?> KeepSourceAsync(
        AttemptFolder folder, BlobExchange blobs, CancellationToken cancellationToken)
    {
        try
        {
            if (await folder.PackSourceAsync(cancellationToken) is not { } source) return null;
            await blobs.StoreAsync(source, cancellationToken);
            return source.Digest;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LinkException or StepException)
        {
            // the agent has it still: another attempt here can begin with it
            return null;
        }
    }

    /// <summary>Collects all it can; the first thing that is not as declared is the problem.</summary>
    public static async Task<StepHarvest> CollectAsync(
        AttemptFolder folder, BlobExchange blobs, CancellationToken cancellationToken)
    {
        var work = folder.Record.Assignment.Work;
        var artifacts = new List<ArtifactRecord>();
        string? problem = null;
        foreach (var artifact in work.Artifacts)
        {
            try
            {
                var parcel = await folder.PackAsync(artifact, cancellationToken);
                if (parcel is null)
                {
                    if (artifact.Required) problem ??= $"artifact '{artifact.Name}': nothing is at '{artifact.Path}'";
                    continue;
                }

                await blobs.StoreAsync(parcel, cancellationToken);
                artifacts.Add(new ArtifactRecord(artifact.Name, parcel.Digest, parcel.Bytes, parcel.Files));
            }
            catch (StepException e) when (e.Reason == ReasonCode.Artifact)
            {
                problem ??= $"artifact '{artifact.Name}': {e.Message}";
            }
        }

        var tests = work.JunitReports is { } reports ? folder.ReadTests(reports) : null;
        if (!work.UploadWorkspace) return new StepHarvest(artifacts, null, problem) { Tests = tests };
        var workspace = await folder.PackWorkspaceAsync(cancellationToken);
        await blobs.StoreAsync(workspace, cancellationToken);
        return new StepHarvest(artifacts, workspace.Digest, problem) { Tests = tests };
    }
}
