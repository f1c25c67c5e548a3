using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Json;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;
using Weir.Controller.Features.Requests;
using Weir.Controller.Hosting;
using Weir.Engine.Storage;

namespace Weir.Controller.Features.Health;

/// <summary>Whether the controller lives, whether it takes work, and what it is. Open to everyone.</summary>
internal static class HealthEndpoints
{
    /// <summary>The product's version, without the revision of its source.</summary>
    public static string ProductVersion { get; } =
        typeof(HealthEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?
            .InformationalVersion.Split('+')[0] ?? "0";

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("").WithTags("Health");
        health.MapGet(ApiRoutes.Health, Live).WithName("Health").WithSummary("Whether the controller lives")
            .Produces<string>(200, "text/plain");
        health.MapGet(ApiRoutes.Ready, ReadyAsync).WithName("Ready").WithSummary("Whether the controller takes work")
            .Produces<string>(200, "text/plain").Refuses(503);
        health.MapGet(ApiRoutes.Version, Version).WithName("Version").WithSummary("What the controller is")
            .Produces<VersionView>();
    }

    private static ContentHttpResult Live() => TypedResults.Text("ok\n");

    private static async Task<IResult> ReadyAsync(
        IDocumentStore documents, IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return new Refusal(StatusCodes.Status503ServiceUnavailable, ErrorCodes.StoreUnavailable, "stopping")
            {
                Detail = "the controller is stopping",
            };
        }

        await documents.GetAsync("ready", cancellationToken);
        return TypedResults.Text("ready\n");
    }

    private static JsonAnswer<VersionView> Version(ControllerOptions options, ControllerClock clock) => JsonAnswer.Ok(
        new VersionView(ProductVersion, AgentProtocolNumber.ServedBy(options.Protocol))
        {
            Backend = options.Backend.ToString().ToLowerInvariant(),
            Started = clock.Started,
        },
        WeirJson.Default.VersionView);
}
