using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;
using Weir.Contracts.Tokens;
using Weir.Controller.Auth;
using Weir.Controller.Features.Requests;
using Weir.Controller.Ui.Agents;
using Weir.Controller.Ui.Assets;
using Weir.Controller.Ui.Flows;
using Weir.Controller.Ui.Live;
using Weir.Controller.Ui.Logs;
using Weir.Controller.Ui.Nodes;
using Weir.Controller.Ui.Overview;
using Weir.Controller.Ui.Rendering;
using Weir.Controller.Ui.Runs;
using Weir.Controller.Ui.SignIn;

namespace Weir.Controller.Ui;

/// <summary>The pages for people.</summary>
internal static class UiRegistration
{
    public static IServiceCollection AddUi(this IServiceCollection services)
    {
        services.AddSingleton<PageRenderer>();
        services.AddSingleton<AgentPageSources>();
        services.AddSingleton<FlowPageSources>();
        services.AddSingleton<LogPageSources>();
        services.AddSingleton<NodePageSources>();
        services.AddSingleton<OverviewSources>();
        services.AddSingleton<RunPageSources>();
        return services;
    }

    public static void MapUi(this IEndpointRouteBuilder routes)
    {
        var ui = routes.MapGroup("").ExcludeFromDescription();
        ui.MapGet("/", () => TypedResults.Redirect(UiRoutes.Root));
        ui.MapAssets();
        ui.MapSignIn();
        var pages = ui.MapGroup("").Needs(TokenRole.Viewer).WithMetadata(new BySession());
        pages.MapGet(UiRoutes.Root, Home);
        pages.MapGet(UiRoutes.Namespace, Switch);
        pages.MapOverview();
        pages.MapRunPages();
        pages.MapLogPages();
        pages.MapFlowPages();
        pages.MapAgentPages();
        pages.MapNodePages();
        pages.MapLive();
        pages.MapGet(
            UiRoutes.Root + "/{**rest}",
            (HttpContext context) =>
                Refusal.NotFound(ErrorCodes.RouteNotFound, $"there is no page {context.Request.Path}"));
    }

    private static RedirectHttpResult Home(Caller caller) =>
        TypedResults.Redirect(ApiRoutes.Fill(UiRoutes.Overview, caller.Namespace));

    private static RedirectHttpResult Switch(Caller caller, QueryReader query) =>
        TypedResults.Redirect(ApiRoutes.Fill(UiRoutes.Overview, query.Text("namespace") ?? caller.Namespace));
}
