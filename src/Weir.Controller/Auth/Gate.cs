using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;
using Weir.Contracts.Tokens;
using Weir.Controller.Features.Requests;
using Weir.Controller.Ui.Access;
using Weir.Engine;
using Weir.Engine.Definitions;

namespace Weir.Controller.Auth;

/// <summary>
/// Lets a request through to an endpoint that declares a role: finds its token, its rights and its namespace, and
/// counts it against the token's rate. Endpoints without a declared role (health, the agents' own) are not asked about
/// here. Pages are asked for by people, whose session stands for their token; the rules are the same.
/// </summary>
internal sealed class Gate(
    RequestDelegate next, TokenRegistry tokens, RateLimits rates, UiSessions sessions, CoreSources sources)
{
    private const string Scheme = "Bearer ";

    public Task InvokeAsync(HttpContext context)
    {
        var facts = context.GetEndpoint()?.Metadata;
        if (facts?.GetMetadata<RequiredRole>() is not { } required) return next(context);
        if (facts.GetMetadata<BySession>() is not null)
            return Answer(context, JudgeSession(context, required.Role));
        if (TokenOf(context) is { } token && tokens.Find(token) is null)
        {
            if (rates.TakeOfStranger(context.Connection.RemoteIpAddress) is { } wait)
                return TooMany(context, "who comes without a known token", wait).ExecuteAsync(context);
            if (sources.Controller is not null) return LookUpAsync(context, token, required.Role);
        }

        return Answer(context, JudgeBearer(context, required.Role));
    }

    private Task Answer(HttpContext context, Refusal? refusal) =>
        refusal is null ? next(context) : refusal.ExecuteAsync(context);

    /// <summary>Another controller may have made the token just now.</summary>
    private async Task LookUpAsync(HttpContext context, string token, TokenRole role)
    {
        await tokens.LookUpAsync(token, context.RequestAborted);
        await Answer(context, JudgeBearer(context, role));
    }

    private static string? TokenOf(HttpContext context) =>
        (string?)context.Request.Headers.Authorization is { } given
        && given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? given[Scheme.Length..].Trim()
            : null;

    private Refusal? JudgeBearer(HttpContext context, TokenRole required)
    {
        if (TokenOf(context) is not { } given)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Refusal.Unauthorized(ErrorCodes.NotAuthorised, "send a token: `Authorization: Bearer weir_…`");
        }

        var asked =
            (string?)context.Request.Query["namespace"] ?? (string?)context.Request.Headers[ApiHeaders.Namespace];
        return tokens.Find(given) is { Revoked: false } token
            ? Judge(context, token, required, asked)
            : Refusal.Unauthorized(ErrorCodes.NotAuthorised, "this token opens nothing here: unknown or revoked");
    }

    private Refusal? JudgeSession(HttpContext context, TokenRole required)
    {
        var session = sessions.Find(context.Request.Cookies[UiSessions.Cookie]);
        if (session is null || tokens.FindByHash(session.TokenHash) is not { Revoked: false } token)
            return Refusal.Unauthorized(ErrorCodes.NotAuthorised, "sign in first");
        context.Features.Set(session);
        var named = context.GetRouteValue("namespace") as string;
        var refusal = Judge(context, token, required, named ?? session.Namespace);
        if (refusal is null && named is not null) session.Namespace = named;
        return refusal;
    }

    private Refusal? Judge(HttpContext context, TokenRecord token, TokenRole required, string? asked)
    {
        if (tokens.HasExpired(token))
            return Refusal.Unauthorized(ErrorCodes.TokenExpired, $"the token expired at {token.Expires:u}");
        if (rates.Take(token.Id) is { } wait) return TooMany(context, "the token", wait);
        if (Place(context, token, asked) is { } refusal) return refusal;
        return token.Role >= required ? null : Refusal.Forbidden(
            ErrorCodes.NotPermitted,
            $"this needs the role {JsonNamingPolicy.SnakeCaseLower.ConvertName(required.ToString())}");
    }

    internal static Refusal TooMany(HttpContext context, string who, TimeSpan wait)
    {
        context.Response.Headers.RetryAfter = "1";
        return new Refusal(StatusCodes.Status429TooManyRequests, ErrorCodes.RateExceeded, "too many requests")
        {
            Detail = $"{who} may send more in {wait.TotalSeconds:0.0} s",
        };
    }

    private static Refusal? Place(HttpContext context, TokenRecord token, string? asked)
    {
        if (string.IsNullOrEmpty(asked)) asked = token.Namespace ?? "default";
        if (!FlowName.IsValid(asked)) return Refusal.Invalid("namespace", TokenRegistry.NameRule);
        if (token.Namespace is { } own && own != asked)
            return Refusal.Forbidden(ErrorCodes.NotPermitted, $"the token opens the namespace {own} only");
        context.Features.Set(new Caller(token.Name, token.Role, asked) { Expires = token.Expires });
        return null;
    }
}
