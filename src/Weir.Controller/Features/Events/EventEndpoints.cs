using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Contracts.Events;
using Weir.Contracts.Json;
using Weir.Contracts.Routes;
using Weir.Contracts.Tokens;
using Weir.Controller.Auth;
using Weir.Controller.Features.Requests;
using Weir.Engine.Events;

namespace Weir.Controller.Features.Events;

/// <summary>
/// Changes in the order in which they were committed: a page of them, the next ones when they come, or a stream.
/// </summary>
internal static class EventEndpoints
{
    private const string StreamType = "text/event-stream";

    public static void MapEvents(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(ApiRoutes.Events, ReadAsync).WithName("ReadEvents").WithTags("Events").Needs(TokenRole.Viewer)
            .WithSummary("Read events, wait for them, or with `Accept: text/event-stream` follow them")
            .TakesQuery(
                "from", "string",
                "A number: the events after it. An instant: those since then. A stream without it begins now.")
            .TakesQuery("limit", "integer", $"Events at most, 1 to {QueryReader.LargestPage}.")
            .TakesQuery("wait", "integer", "Seconds to wait for a first event, at most 30.")
            .TakesQuery("type", "string", "Types, separated by commas; `node.` means all of nodes.")
            .TakesQuery("subject", "string", "The id of what they are about.")
            .TakesQuery("kind", "string", "The kind of the node.")
            .TakesQuery("name", "string", "The name of the node.")
            .TakesQuery("owner", "string", "The owner of the node.")
            .TakesQuery("flow", "string", "The flow of the run.")
            .TakesQuery("path", "string", "The first names of the node's path, one each.")
            .Produces<EventPage>().Produces<EventView>(200, StreamType).Refuses(400);
        foreach (var address in (string[])["/latest/events", "/events"])
            routes.MapGet(address, ReadAsync).Needs(TokenRole.Viewer).ExcludeFromDescription();
    }

    private static async Task<IResult> ReadAsync(
        HttpContext context, Caller caller, QueryReader query, EventPages pages)
    {
        var streams = context.Request.Headers.Accept.Any(
            type => type?.Contains(StreamType, StringComparison.OrdinalIgnoreCase) == true);
        var request = EventRequest.Read(context, caller, query);
        if (query.Refusal is { } refusal) return refusal;
        var from = await pages.StartAsync(request, streams, context.RequestAborted);
        return streams
            ? pages.Stream(request.Filter, from)
            : JsonAnswer.Ok(await pages.ReadAsync(request, from, context.RequestAborted), WeirJson.Default.EventPage);
    }
}

/// <summary>What a reader of events asks for.</summary>
internal sealed record EventRequest(EventFilter Filter, int Limit, TimeSpan Wait)
{
    private const int LongestWait = 30;
    private static readonly string[] OfTheData = ["kind", "name", "owner", "flow"];

    /// <summary>Events after this number; null when another start was given, or none.</summary>
    public long? After { get; private init; }
    public DateTimeOffset? Since { get; private init; }

    public static EventRequest Read(HttpContext context, Caller caller, QueryReader query)
    {
        var from = context.Request.Headers["Last-Event-ID"] is [{ Length: > 0 } last] ? last : query.Text("from");
        long? after = long.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
        var filter = new EventFilter(caller.Namespace)
        {
            Types = query.Text("type")?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [],
            Subject = query.Text("subject"),
            Data = OfTheData.Where(name => query.Text(name) is not null)
                .ToDictionary(name => name, name => query.Text(name)!),
            Path = [.. context.Request.Query["path"].OfType<string>()],
        };
        var wait = TimeSpan.FromSeconds(query.Number("wait", 0, LongestWait) ?? 0);
        return new EventRequest(filter, query.PageSize(), wait)
        {
            After = after, Since = after is null && from is not null ? query.Instant("from") : null,
        };
    }
}
