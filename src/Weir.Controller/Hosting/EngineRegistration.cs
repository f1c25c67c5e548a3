using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weir.Engine;
using Weir.Engine.Agents;
using Weir.Engine.Concurrency;
using Weir.Engine.DataTree;
using Weir.Engine.DataTree.Kinds;
using Weir.Engine.Events;
using Weir.Engine.Flows;
using Weir.Engine.Identity;
using Weir.Engine.Running;
using Weir.Engine.Scheduling;
using Weir.Engine.Signals;
using Weir.Engine.Storage;
using Weir.Engine.Vault;

namespace Weir.Controller.Hosting;

/// <summary>The engine's rules and loops, over the stores that are registered.</summary>
internal static class EngineRegistration
{
    public static IServiceCollection AddEngine(
        this IServiceCollection services, ControllerOptions options, string? controller)
    {
        var ids = new IdSource(options.Time, options.Random);
        services.AddSingleton(options.Time);
        services.AddSingleton(ids);
        services.AddSingleton(
            provider => new CoreSources(options.Time, ids, provider.GetRequiredService<ILoggerFactory>())
            {
                Controller = controller,
            });
        services.AddSingleton(new RunTiming { Lease = options.Lease, Renew = options.Renew });
        services.AddSingleton(Safeguards.All);
        services.AddSingleton<AgentMailboxes>();
        services.AddSingleton<AgentPresence>();
        services.AddSingleton<AttemptSecrets>();
        services.AddSingleton<AgentRegistry>();
        services.AddSingleton<AgentSessions>();
        services.AddSingleton<AgentGateway>();
        services.AddSingleton<ChangeWatch>();
        services.AddSingleton<ClaimDesk>();
        services.AddSingleton<ClaimWaiters>();
        services.AddSingleton<EventFeed>();
        services.AddSingleton<EventFollower>();
        services.AddSingleton<FlowRegistry>();
        services.AddSingleton<FlowLookup>(provider => provider.GetRequiredService<FlowRegistry>().FindAsync);
        services.AddSingleton<GroupLoop>();
        services.AddSingleton<KindRegistry>();
        services.AddSingleton<Leadership>();
        services.AddSingleton<NodeFinder>();
        services.AddSingleton<NodeRegistry>();
        services.AddSingleton<Revocation>();
        services.AddSingleton<RunGroups>();
        services.AddSingleton(provider => new RunKeeper(
            provider.GetRequiredService<IRecordStore>(), provider.GetRequiredService<RunMachine>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<RunSignals>())
        {
            IsAlone = provider.GetRequiredService<CoreSources>().Controller is null,
        });
        services.AddSingleton<RunMachine>();
        services.AddSingleton<RunOperations>();
        services.AddSingleton<RunSignals>();
        services.AddSingleton<RunStarter>();
        services.AddSingleton<SecretStore>();
        services.AddSingleton<StepLogs>();
        services.AddSingleton<TimerLoop>();
        return services;
    }
}
