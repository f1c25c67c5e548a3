using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Weir.Contracts.Problems;
using Weir.Controller.Features.Requests;

namespace Weir.Controller.Ui.Access;

/// <summary>
/// Lets a form through only when one of our own pages sent it: it came from this origin, and within a session it
/// brings the session's key.
/// </summary>
internal sealed class FormCheck(RequestDelegate next)
{
    public const string Field = "form_key";
    private const int MostFields = 1_000;

    public async Task InvokeAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method)
            || !context.Request.Path.StartsWithSegments(UiRoutes.Root, StringComparison.OrdinalIgnoreCase))
        {
            await next(context);
            return;
        }

        if (IsForeign(context.Request) || !await HasKeyAsync(context))
        {
            var refusal = Refusal.Forbidden(
                ErrorCodes.NotPermitted, "this form did not come from a page of this session: open the page again");
            await refusal.ExecuteAsync(context);
            return;
        }

        await next(context);
    }

    private static bool IsForeign(HttpRequest request)
    {
        var site = (string?)request.Headers["Sec-Fetch-Site"];
        if (site is not (null or "same-origin" or "none")) return true;
        var origin = (string?)request.Headers.Origin;
        return origin is not null
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var from)
                && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }

    private static async Task<bool> HasKeyAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<BySession>() is null) return true;
        if (context.Features.Get<UiSession>() is not { } session || !context.Request.HasFormContentType) return false;
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var given = Encoding.UTF8.GetBytes(form[Field].ToString());
        return form.Count <= MostFields
            && CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(session.FormKey));
    }
}
