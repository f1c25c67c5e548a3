using Weir.Controller.Hosting;
using Weir.Engine.Agents;
using Weir.Engine.Scheduling;
using Weir.Engine.Storage;

namespace Weir.Controller.Features.Agents;

/// <summary>All agents as scheduling sees them now.</summary>
internal sealed class AgentStandings(AgentRegistry agents, IRecordStore records, ControllerOptions options)
{
    public async Task<IReadOnlyList<AgentStanding>> ListAsync(CancellationToken cancellationToken)
    {
        var now = options.Time.GetUtcNow();
        var standings = new List<AgentStanding>();
        foreach (var agent in agents.All)
        {
            var view = agent.View(now, options.Lease, busy: 0);
            var busy = view.Online ? (await records.ListLeasesAsync(agent.Id, cancellationToken)).Count : 0;
            standings.Add(new AgentStanding(agent.Name, agent.Identity.Offer(view.Runtimes))
            {
                State = view.State,
                Online = view.Online,
                Busy = busy,
                Slots = view.Slots,
                Namespaces = view.Namespaces,
                Paused = view.Paused,
            });
        }

        return standings;
    }
}
