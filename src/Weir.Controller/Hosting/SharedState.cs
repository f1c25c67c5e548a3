using Weir.Controller.Auth;
using Weir.Controller.Storage.Postgres;
using Weir.Engine.Agents;
using Weir.Engine.Concurrency;
using Weir.Engine.Running;
using Weir.Engine.Scheduling;
using Weir.Engine.Storage;

namespace Weir.Controller.Hosting;

/// <summary>
/// What one of several controllers does for all of them while it leads, and how each keeps up with what the others do.
/// </summary>
internal sealed class SharedState(
    Leadership leadership, TimerLoop timers, GroupLoop groups, EventFollower followed, Kept kept)
{
    public Task RunAsync(CancellationToken cancellationToken)
    {
        followed.Others = kept.TakeInAsync;
        return Task.WhenAll(
            leadership.RunAsync(cancellationToken), timers.RunAsync(cancellationToken),
            groups.RunAsync(cancellationToken),
            followed.RunAsync(cancellationToken), kept.Presence.RunAsync(cancellationToken),
            kept.Records is PostgresStore postgres
                ? postgres.ListenAsync(followed.Nudge, cancellationToken)
                : Task.CompletedTask);
    }
}

/// <summary>What a controller keeps in memory beside runs.</summary>
internal sealed class Kept(IRecordStore records, AgentRegistry agents, TokenRegistry tokens, AgentPresence presence)
{
    public IRecordStore Records => records;

    public AgentPresence Presence => presence;

    /// <summary>Another controller changed something of it.</summary>
    public async Task TakeInAsync(EventRow row, CancellationToken cancellationToken)
    {
        if (row.Type.StartsWith("agent.", StringComparison.Ordinal))
            await agents.RefreshAsync(row.Subject, cancellationToken);
        else if (row.Type.StartsWith("token.", StringComparison.Ordinal)) await tokens.LoadAsync(cancellationToken);
    }
}
