using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Weir.Contracts.Problems;
using Weir.Contracts.Tokens;

namespace Weir.Controller.Features.Requests;

/// <summary>Who may call an endpoint.</summary>
internal sealed record RequiredRole(TokenRole Role);

/// <summary>The caller is known by the session of a browser, not by a token in the request.</summary>
internal sealed record BySession;

/// <summary>A parameter of the query, for the API's description.</summary>
/// <param name="Type">As in JSON Schema: <c>string</c>, <c>integer</c>.</param>
internal sealed record QueryParameter(string Name, string Type, string Description);

/// <summary>What endpoints declare: who may call them, what they take and answer.</summary>
internal static class EndpointFacts
{
    public static TBuilder Needs<TBuilder>(this TBuilder endpoint, TokenRole role)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new RequiredRole(role));

    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder endpoint)
        where T : notnull => endpoint.Accepts<T>("application/json");

    public static RouteHandlerBuilder TakesQuery(
        this RouteHandlerBuilder endpoint, string name, string type, string description) =>
        endpoint.WithMetadata(new QueryParameter(name, type, description));

    public static RouteHandlerBuilder TakesPage(this RouteHandlerBuilder endpoint) => endpoint
        .TakesQuery(
            "limit", "integer",
            $"Items at most, 1 to {QueryReader.LargestPage}; {QueryReader.DefaultPage} when left out.")
        .TakesQuery("cursor", "string", "The `next` of the page before.");

    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder endpoint, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses) endpoint.Produces<ProblemBody>(status, "application/problem+json");
        return endpoint;
    }
}
