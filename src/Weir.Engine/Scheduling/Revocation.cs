using Weir.Engine.Agents;
using Weir.Engine.Running;

namespace Weir.Engine.Scheduling;

/// <summary>
/// Shuts an agent out and has what it held made elsewhere soon, not only when its disconnect time is over.
/// </summary>
public sealed class Revocation(AgentRegistry agents, RunKeeper keeper)
{
    public async Task<AgentChangeOutcome> RevokeAsync(string agent, CancellationToken cancellationToken)
    {
        var outcome = await agents.RevokeAsync(agent, cancellationToken);
        if (outcome is not AgentChangeOutcome.Changed changed) return outcome;
        foreach (var lease in await keeper.Store.ListLeasesAsync(changed.Agent.Id, cancellationToken))
        {
            await keeper.ApplyAsync(lease.Fence.Run, new RunEvent.AgentRevoked(lease.Fence), cancellationToken);
        }

        return outcome;
    }
}
