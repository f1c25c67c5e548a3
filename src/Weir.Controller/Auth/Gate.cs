using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;
using Weir.Contracts.Tokens;
using Weir.Controller.Features.Requests;
using Weir.Engine;
using Weir.Engine.Definitions;

namespace Weir.Controller.Auth;

/// <summary>
/// Lets a request through to an endpoint that declares a role: finds its token, its rights and its namespace, and
/// counts it against the token's rate. Endpoints without a declared role (health, the agents' own) are not asked about
/// here.
/// </summary>
internal sealed class Gate(RequestDelegate next, TokenRegistry tokens, RateLimits rates, CoreSources sources)
{
    private const string Scheme = "Bearer ";

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<RequiredRole>() is not { } required) return next(context);
        if (sources.Controller is not null && TokenOf(context) is { } token && tokens.Find(token) is null)
            return LookUpAsync(context, token, required.Role);
        return Judge(context, required.Role) is { } refusal ? refusal.ExecuteAsync(context) : next(context);
    }

    /// <summary>Another controller may have made the token just now.</summary>
    private async Task LookUpAsync(HttpContext context, string token, TokenRole role)
    {
        await tokens.LookUpAsync(token, context.RequestAborted);
        await (Judge(context, role) is { } refusal ? refusal.ExecuteAsync(context) : next(context));
    }

    private static string? TokenOf(HttpContext context) =>
        (string?)context.Request.Headers.Authorization is { } given
        && given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? given[Scheme.Length..].Trim()
            : null;

    private Refusal? Judge(HttpContext context, TokenRole required)
    {
        if (TokenOf(context) is not { } given)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Refusal.Unauthorized(ErrorCodes.NotAuthorised, "send a token: `Authorization: Bearer weir_…`");
        }

        if (tokens.Find(given) is not { Revoked: false } token)
            return Refusal.Unauthorized(ErrorCodes.NotAuthorised, "this token opens nothing here: unknown or revoked");
        if (tokens.HasExpired(token))
            return Refusal.Unauthorized(ErrorCodes.TokenExpired, $"the token expired at {token.Expires:u}");
        if (rates.Take(token.Id) is { } wait)
        {
            context.Response.Headers.RetryAfter = "1";
            return new Refusal(StatusCodes.Status429TooManyRequests, ErrorCodes.RateExceeded, "too many requests")
            {
                Detail = $"the token may send more in {wait.TotalSeconds:0.0} s",
            };
        }

        if (token.Role < required)
            return Refusal.Forbidden(
                ErrorCodes.NotPermitted,
                $"this needs the role {JsonNamingPolicy.SnakeCaseLower.ConvertName(required.ToString())}");
        return Place(context, token);
    }

    private static Refusal? Place(HttpContext context, TokenRecord token)
    {
        var asked =
            (string?)context.Request.Query["namespace"] ?? (string?)context.Request.Headers[ApiHeaders.Namespace];
        if (string.IsNullOrEmpty(asked)) asked = token.Namespace ?? "default";
        if (!FlowName.IsValid(asked)) return Refusal.Invalid("namespace", TokenRegistry.NameRule);
        if (token.Namespace is { } own && own != asked)
            return Refusal.Forbidden(ErrorCodes.NotPermitted, $"the token opens the namespace {own} only");
        context.Features.Set(new Caller(token.Name, token.Role, asked) { Expires = token.Expires });
        return null;
    }
}
