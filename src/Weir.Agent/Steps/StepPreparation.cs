using Weir.Agent.Folders;
using Weir.Contracts.Statuses;
using Weir.Engine.Runtimes;
using Weir.Engine.Security;

namespace Weir.Agent.Steps;

/// <summary>
/// All that happens before a step's gate opens; needs nothing of the step before it but its workspace.
/// </summary>
internal static class StepPreparation
{
    /// <summary>Makes the workspace, brings the resources, and starts the container, blocked at its gate.</summary>
    public static async Task<IStepContainer> PrepareAsync(
        AttemptFolder folder, IContainerRuntime runtime, StepExchange exchange, CancellationToken cancellationToken)
    {
        var (blobs, tell) = exchange;
        var spec = SpecOf(folder) with { Tell = tell, Login = exchange.Login };
        await runtime.SettleAsync(spec, cancellationToken);
        await folder.PrepareWorkspaceAsync(
            new WorkspaceNeeds(blobs.OpenAsync, runtime.SeesAsync), cancellationToken);
        foreach (var resource in folder.Record.Assignment.Work.Resources)
        {
            if (resource.Digest is not null) await folder.UnpackAsync(resource, blobs.OpenAsync, cancellationToken);
            else if (resource.Required)
            {
                throw new StepException(ReasonCode.Artifact, $"resource '{resource.Name}' was left by no step");
            }
        }

        return await runtime.CreateAsync(spec, cancellationToken);
    }

    /// <summary>Without anybody to tell.</summary>
    public static ContainerSpec SpecOf(AttemptFolder folder) =>
        new(folder.Record.Id, folder.RuntimePath, folder.WorkspacePath)
        {
            Work = folder.Record.Assignment.Work,
            Key = StepsToCome.KeyOf(folder.Record.Assignment.Fence, folder.Record.Assignment.Fence.Step),
            Slot = folder.Record.Slot,
            DiesWithAgent = folder.Record.Assignment.DisconnectMilliseconds == 0,
        };
}

/// <summary>What a step's preparation has to do with the controller.</summary>
internal readonly record struct StepExchange(BlobExchange Blobs, Action<string> Tell)
{
    /// <summary>For the registry of the step's image.</summary>
    public RegistryLogin? Login { get; init; }
}
