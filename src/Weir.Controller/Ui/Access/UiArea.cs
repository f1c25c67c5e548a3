using Microsoft.AspNetCore.Http;
using Weir.Controller.Features.Requests;
using Weir.Controller.Ui.Rendering;

namespace Weir.Controller.Ui.Access;

/// <summary>
/// What holds for every answer under <c>/ui</c>: a browser runs nothing and shows nothing from elsewhere, and what is
/// refused is shown as a page.
/// </summary>
internal sealed class UiArea(RequestDelegate next, PageRenderer pages)
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments(UiRoutes.Root, StringComparison.OrdinalIgnoreCase))
            return next(context);
        context.Features.Set(new RefusalStyle(ShowAsync));
        context.Response.OnStarting(static state =>
        {
            var headers = ((HttpContext)state).Response.Headers;
            headers.ContentSecurityPolicy = Policy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            if (headers.CacheControl.Count == 0) headers.CacheControl = "no-store";
            return Task.CompletedTask;
        }, context);
        return next(context);
    }

    private Task ShowAsync(HttpContext context, Refusal refusal)
    {
        var asked = context.Request;
        var navigates = HttpMethods.IsGet(asked.Method)
            && asked.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);
        if (refusal.Status != StatusCodes.Status401Unauthorized || !navigates)
            return pages.RefuseAsync(context, refusal);
        context.Response.Redirect($"{UiRoutes.SignIn}?back={Uri.EscapeDataString(asked.Path + asked.QueryString)}");
        return Task.CompletedTask;
    }
}
