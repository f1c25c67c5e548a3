using Weir.Contracts.Agents;
using Weir.Controller.Hosting;
using Weir.Engine.Agents;
using Weir.Engine.Storage;

namespace Weir.Controller.Features.Agents;

/// <summary>Shows agents with how many attempts each holds.</summary>
internal sealed class AgentViews(IRecordStore records, ControllerOptions options)
{
    public async Task<AgentView> OfAsync(AgentEntry agent, CancellationToken cancellationToken)
    {
        var leases = await records.ListLeasesAsync(agent.Id, cancellationToken);
        return agent.View(options.Time.GetUtcNow(), options.Lease, leases.Count);
    }
}
