using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Routes;
using Weir.Contracts.Tokens;
using Weir.Controller.Features.Requests;

namespace Weir.Controller.Features.Metrics;

/// <summary>The controller's figures for Prometheus; scrape it with any valid token.</summary>
internal static class MetricsEndpoint
{
    public static void MapMetrics(this IEndpointRouteBuilder routes) =>
        routes.MapGet(ApiRoutes.Metrics, WriteAsync).WithTags("Health").WithName("Metrics")
            .WithSummary("The controller's figures in Prometheus' text format").Needs(TokenRole.Viewer)
            .Produces<string>(200, "text/plain");

    private static async Task<ContentHttpResult> WriteAsync(
        MetricsPage page, RunMetrics runs, CancellationToken cancellationToken)
    {
        await runs.RefreshAsync(cancellationToken);
        return TypedResults.Text(page.Write(), "text/plain; version=0.0.4; charset=utf-8");
    }
}
