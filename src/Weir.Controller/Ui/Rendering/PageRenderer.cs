using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Weir.Controller.Auth;
using Weir.Controller.Features.Requests;
using Weir.Controller.Hosting;
using Weir.Controller.Ui.Access;
using Weir.Controller.Ui.Shell;

namespace Weir.Controller.Ui.Rendering;

/// <summary>
/// Renders components to HTML, each request on its own. Endpoints read everything first and give it as parameters, so
/// that a component decides nothing, asks nobody and can be rendered in a test.
/// </summary>
internal sealed class PageRenderer(IServiceProvider services, ILoggerFactory logging, ControllerOptions options)
{
    private const string Html = "text/html; charset=utf-8";

    /// <param name="title">Of the window; what it is about comes first.</param>
    /// <param name="live">As <see cref="PageContext.Live"/>.</param>
    /// <param name="parameters">Of the component, by name.</param>
    public IResult Show<TPage>(
        string title, string? live, params (string Name, object? Value)[] parameters)
        where TPage : IComponent => new Page(this, typeof(TPage), title)
        {
            Live = live, Parameters = parameters.ToDictionary(pair => pair.Name, pair => pair.Value),
        };

    /// <summary>A part of a page, for a script to put in its place.</summary>
    public async Task<string> PartAsync<TPart>(
        HttpContext context, params (string Name, object? Value)[] parameters)
        where TPart : IComponent
    {
        var page = new Page(this, typeof(TPart), "")
        {
            Parameters = parameters.ToDictionary(pair => pair.Name, pair => pair.Value),
        };
        return await RenderAsync<Part>(context, page);
    }

    public Task RefuseAsync(HttpContext context, Refusal refusal) => new Page(this, typeof(RefusalPage), refusal.Title)
    {
        Status = refusal.Status,
        Parameters = new Dictionary<string, object?>
        {
            ["Title"] = refusal.Title,
            ["Code"] = refusal.Code,
            ["Detail"] = refusal.Detail,
            ["Problems"] = refusal.Problems,
        },
    }.ExecuteAsync(context);

    private async Task<string> RenderAsync<TRoot>(HttpContext context, Page page)
        where TRoot : IComponent
    {
        var root = new Dictionary<string, object?>
        {
            ["Page"] = ContextOf(context, page), ["Content"] = page.Component, ["Parameters"] = page.Parameters,
        };
        await using var renderer = new HtmlRenderer(services, logging);
        return await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<TRoot>(ParameterView.FromDictionary(root))).ToHtmlString());
    }

    private PageContext ContextOf(HttpContext context, Page page)
    {
        var (caller, asked) = (context.Features.Get<Caller>(), context.Request);
        return new PageContext
        {
            Title = page.Title,
            Now = options.Time.GetUtcNow(),
            Address = asked.Path + asked.QueryString,
            Origin = $"{asked.Scheme}://{asked.Host}",
            User = caller?.Name,
            Role = caller?.Role ?? default,
            Namespace = caller?.Namespace ?? "default",
            FormKey = context.Features.Get<UiSession>()?.FormKey ?? "",
            Theme = asked.Cookies["weir_theme"] is "light" or "dark" ? asked.Cookies["weir_theme"] : null,
            Live = page.Live,
        };
    }

    private sealed class Page(PageRenderer renderer, Type component, string title) : IResult
    {
        public Type Component => component;
        public string Title => title;
        public int Status { get; init; } = StatusCodes.Status200OK;
        public string? Live { get; init; }
        public Dictionary<string, object?> Parameters { get; init; } = [];

        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var html = Encoding.UTF8.GetBytes(await renderer.RenderAsync<Document>(httpContext, this));
            httpContext.Response.StatusCode = Status;
            httpContext.Response.ContentType = Html;
            httpContext.Response.ContentLength = html.Length;
            await httpContext.Response.Body.WriteAsync(html, httpContext.RequestAborted);
        }
    }
}
