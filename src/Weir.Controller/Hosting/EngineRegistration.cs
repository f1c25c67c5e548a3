using Microsoft.Extensions.DependencyInjection;
using Weir.Engine.Agents;
using Weir.Engine.DataTree;
using Weir.Engine.Events;
using Weir.Engine.Flows;
using Weir.Engine.Identity;
using Weir.Engine.Running;
using Weir.Engine.Scheduling;
using Weir.Engine.Signals;
using Weir.Engine.Vault;

namespace Weir.Controller.Hosting;

/// <summary>The engine's rules and loops, over the stores that are registered.</summary>
internal static class EngineRegistration
{
    public static IServiceCollection AddEngine(this IServiceCollection services, ControllerOptions options)
    {
        services.AddSingleton(options.Time);
        services.AddSingleton(new IdSource(options.Time, options.Random));
        services.AddSingleton(new RunTiming { Lease = options.Lease, Renew = options.Renew });
        services.AddSingleton(Safeguards.All);
        services.AddSingleton<AgentMailboxes>();
        services.AddSingleton<AttemptSecrets>();
        services.AddSingleton<AgentRegistry>();
        services.AddSingleton<AgentSessions>();
        services.AddSingleton<AgentGateway>();
        services.AddSingleton<ChangeWatch>();
        services.AddSingleton<ClaimDesk>();
        services.AddSingleton<ClaimWaiters>();
        services.AddSingleton<EventFeed>();
        services.AddSingleton<FlowRegistry>();
        services.AddSingleton<FlowLookup>(provider => provider.GetRequiredService<FlowRegistry>().FindAsync);
        services.AddSingleton<NodeFinder>();
        services.AddSingleton<NodeRegistry>();
        services.AddSingleton<Revocation>();
        services.AddSingleton<RunKeeper>();
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
