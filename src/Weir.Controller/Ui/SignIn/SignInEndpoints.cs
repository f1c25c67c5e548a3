using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Tokens;
using Weir.Controller.Auth;
using Weir.Controller.Features.Requests;
using Weir.Controller.Ui.Access;
using Weir.Controller.Ui.Rendering;
using Weir.Engine.Agents;

namespace Weir.Controller.Ui.SignIn;

/// <summary>Makes a token, or the code of a link, into the session of a browser.</summary>
internal static class SignInEndpoints
{
    private const int LongestForm = 8 << 10;

    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(UiRoutes.SignIn, Show);
        routes.MapPost(UiRoutes.SignIn, SignInAsync);
        routes.MapPost(UiRoutes.SignOut, SignOut).Needs(TokenRole.Viewer).WithMetadata(new BySession());
    }

    private static IResult Show(
        HttpContext context, QueryReader query, UiSessions sessions, PageRenderer pages)
    {
        var back = Inside(query.Text("back", 2_048));
        if (query.Text("code") is not { } code) return Page(pages, back, problem: null);
        if (sessions.TakeCode(code) is { } tokenHash) return Enter(context, sessions, tokenHash, back);
        return Page(pages, back, "This link was used before or is older than an hour. Sign in with a token instead.");
    }

    private static async Task<IResult> SignInAsync(
        HttpContext context, TokenRegistry tokens, UiSessions sessions, RateLimits rates, PageRenderer pages)
    {
        if (context.Request.ContentLength is null or > LongestForm || !context.Request.HasFormContentType)
            return Refusal.Invalid("token", "the form of the sign-in page is expected");
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var (token, back) = (form["token"].ToString().Trim(), Inside(form["back"]));
        if (tokens.Find(token) is null)
        {
            if (rates.TakeOfStranger(context.Connection.RemoteIpAddress) is { } wait)
                return Gate.TooMany(context, "who comes without a known token", wait);
            if (SecretToken.IsPlausible(token)) await tokens.LookUpAsync(token, context.RequestAborted);
        }


        return tokens.Find(token) is { Revoked: false } known && !tokens.HasExpired(known)
            ? Enter(context, sessions, SecretToken.HashOf(token), back)
            : Page(pages, back, "This token opens nothing here: it is unknown, revoked or expired.");
    }

    private static SeeOther SignOut(HttpContext context, UiSessions sessions)
    {
        sessions.End(context.Request.Cookies[UiSessions.Cookie]);
        context.Response.Cookies.Delete(UiSessions.Cookie, new CookieOptions { Path = UiRoutes.Root });
        return new SeeOther(UiRoutes.SignIn);
    }

    private static SeeOther Enter(HttpContext context, UiSessions sessions, string tokenHash, string back)
    {
        context.Response.Cookies.Append(UiSessions.Cookie, sessions.Begin(tokenHash), new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = context.Request.IsHttps,
            Path = UiRoutes.Root,
        });
        return new SeeOther(back);
    }

    private static IResult Page(PageRenderer pages, string back, string? problem) =>
        pages.Show<SignInPage>("Sign in", live: null, ("Back", back), ("Problem", problem));

    // an address of another site, also one written as //host, would make the form a way there
    private static string Inside(string? back) =>
        back is not null && (back == UiRoutes.Root || back.StartsWith(UiRoutes.Root + "/", StringComparison.Ordinal))
            && !back.Contains('\\') && !back.Any(char.IsControl) ? back : UiRoutes.Root;
}
