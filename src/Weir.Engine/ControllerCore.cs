using Microsoft.Extensions.Logging;
using Weir.Engine.Concurrency;
using Weir.Engine.Identity;
using Weir.Engine.Running;
using Weir.Engine.Scheduling;
using Weir.Engine.Signals;
using Weir.Engine.Storage;
using Weir.Engine.Vault;

namespace Weir.Engine;

/// <summary>
/// The controller without its surroundings: composed alike by the host, by local runs and by the simulator. Stateless
/// but for caches and waiters: what it knows is in the stores.
/// </summary>
public sealed class ControllerCore
{
    public ControllerCore(
        ControllerStores stores, FlowLookup flows, CoreSources sources, RunTiming timing, Safeguards safeguards)
    {
        var signals = new RunSignals(new ChangeWatch(), new ClaimWaiters(), new AgentMailboxes());
        var keeper = new RunKeeper(stores.Records, new RunMachine(timing, safeguards), sources.Time, signals)
        {
            IsAlone = sources.Controller is null,
        };
        var groups = new RunGroups(keeper, stores.Documents, signals, sources.Time);
        var starter = new RunStarter(keeper, groups, flows, sources.Ids, sources.Time);
        var logs = new StepLogs(stores.Logs, safeguards, sources.Time);
        Runs = new RunOperations(starter, keeper, groups, signals, stores.Logs);
        var desk = new ClaimDesk(stores.Records, keeper, sources.SecretsFor?.Invoke(keeper), safeguards);
        Gateway = new AgentGateway(keeper, desk, logs, signals, sources.Time);
        Leadership = new Leadership(stores, sources);
        Followed = new EventFollower(keeper, signals, sources);
        Timers = new TimerLoop(keeper, Leadership, safeguards, sources.Time, sources.Logs.CreateLogger<TimerLoop>());
        GroupLoop = new GroupLoop(
            groups, Leadership, signals, sources.Time, sources.Logs.CreateLogger<GroupLoop>());
        Groups = groups;
        Signals = signals;
        Keeper = keeper;
    }

    public RunOperations Runs { get; }
    public AgentGateway Gateway { get; }
    public TimerLoop Timers { get; }
    public Leadership Leadership { get; }
    public EventFollower Followed { get; }
    public GroupLoop GroupLoop { get; }
    public RunSignals Signals { get; }
    internal RunGroups Groups { get; }
    internal RunKeeper Keeper { get; }
}

public sealed record ControllerStores(IDocumentStore Documents, IRecordStore Records, ILogStore Logs, IBlobStore Blobs);

public sealed record CoreSources(TimeProvider Time, IdSource Ids, ILoggerFactory Logs)
{
    /// <summary>Null where no step has secrets.</summary>
    public Func<RunKeeper, AttemptSecrets>? SecretsFor { get; init; }

    /// <summary>Who this controller is among several on the same stores; null when it is the only one.</summary>
    public string? Controller { get; init; }
}
