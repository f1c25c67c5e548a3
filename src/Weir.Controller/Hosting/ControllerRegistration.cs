using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Weir.Controller.Auth;
using Weir.Controller.Features.AgentProtocol;
using Weir.Controller.Features.Agents;
using Weir.Controller.Features.Artifacts;
using Weir.Controller.Features.Events;
using Weir.Controller.Features.Flows;
using Weir.Controller.Features.Health;
using Weir.Controller.Features.Logs;
using Weir.Controller.Features.Kinds;
using Weir.Controller.Features.Metrics;
using Weir.Controller.Features.Nodes;
using Weir.Controller.Features.OpenApi;
using Weir.Controller.Features.Requests;
using Weir.Controller.Features.Results;
using Weir.Controller.Features.Runs;
using Weir.Controller.Features.Secrets;
using Weir.Controller.Features.Steps;
using Weir.Controller.Features.Tokens;
using Weir.Controller.Ui;
using Weir.Controller.Ui.Access;
using Weir.Controller.Vault;
using Weir.Engine.Agents;
using Weir.Engine.Vault;

namespace Weir.Controller.Hosting;

/// <summary>What a controller is made of.</summary>
internal static class ControllerRegistration
{
    public static IServiceCollection AddController(
        this IServiceCollection services, ControllerOptions options, ControllerStores stores)
    {
        services.AddSingleton(options);
        services.AddSingleton(new ControllerClock(options.Time.GetUtcNow()));
        services.AddStores(stores);
        services.AddEngine(options, stores.Controller);
        services.AddVault(options);
        services.AddAccess();
        services.AddUi();
        services.AddApiDescription();
        services.AddSingleton<AgentGate>();
        services.AddSingleton<AgentStandings>();
        services.AddSingleton<AgentViews>();
        services.AddSingleton<BlobDesk>();
        services.AddSingleton<ControllerMetrics>();
        services.AddSingleton<EventPages>();
        services.AddSingleton<EventStreams>();
        services.AddSingleton<MetricsPage>();
        services.AddSingleton<RunMetrics>();
        services.AddSingleton<NodeBlobs>();
        services.AddSingleton<NodeLists>();
        services.AddSingleton<BlobCollector>();
        services.AddSingleton<SelfCheck>();
        services.AddSingleton<Upkeep>();
        services.AddSingleton<Kept>();
        services.AddSingleton<SharedState>();
        services.AddHostedService<ControllerLoops>();
        return services;
    }

    public static void MapController(this WebApplication app)
    {
        app.UseMiddleware<RequestBoundary>();
        app.UseMiddleware<UiArea>();
        app.UseRouting();
        app.UseWebSockets();
        app.UseMiddleware<Gate>();
        app.UseMiddleware<FormCheck>();
        app.MapEvents();
        app.MapFlows();
        app.MapKinds();
        app.MapNodes();
        app.MapRuns();
        app.MapResults();
        app.MapSteps();
        app.MapApprovals();
        app.MapLogs();
        app.MapArtifacts();
        app.MapAgents();
        app.MapJoinTokens();
        app.MapTokens();
        app.MapSecrets();
        app.MapAgentProtocol();
        app.MapHealth();
        app.MapMetrics();
        app.MapApiDescription();
        app.MapUi();
    }

    private static void AddStores(this IServiceCollection services, ControllerStores stores)
    {
        services.AddSingleton(stores.Records);
        services.AddSingleton(stores.Documents);
        services.AddSingleton(stores.Logs);
        services.AddSingleton(stores.Blobs);
        services.AddSingleton(new SharedKey(stores.Key));
        services.AddSingleton(
            new Engine.ControllerStores(stores.Documents, stores.Records, stores.Logs, stores.Blobs));
    }

    private static void AddVault(this IServiceCollection services, ControllerOptions options)
    {
        services.AddSingleton(MasterKeyFile.Open(options.Vault, options.SharedFolder ?? options.DataFolder));
        services.AddSingleton(new ConfigSecrets(options.Vault));
        services.AddSingleton(provider => new SecretVault(
            [provider.GetRequiredService<SecretStore>(), provider.GetRequiredService<ConfigSecrets>()]));
    }

    private static void AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<TokenRegistry>();
        services.AddSingleton<RateLimits>();
        services.AddSingleton<UiSessions>();
    }
}
