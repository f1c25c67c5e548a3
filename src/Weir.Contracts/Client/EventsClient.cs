using System.Runtime.CompilerServices;
using System.Text.Json;
using Weir.Contracts.Events;
using Weir.Contracts.Json;
using Weir.Contracts.Routes;

namespace Weir.Contracts.Client;

/// <summary>Changes in the order in which they were committed.</summary>
public sealed class EventsClient
{
    private readonly ApiConnection _connection;

    internal EventsClient(ApiConnection connection) => _connection = connection;

    /// <summary>A page; an empty one says how far was looked all the same.</summary>
    public Task<EventPage> ReadAsync(EventListQuery? query = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            EventListQuery.Append(ApiRoutes.Events, query), WeirJson.Default.EventPage, cancellationToken);

    /// <summary>Events as they come, without end; dials again after the last one seen.</summary>
    public async IAsyncEnumerable<EventView> FollowAsync(
        EventListQuery? query = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var events = new EventStream(_connection, EventListQuery.Append(ApiRoutes.Events, query));
        while (await events.NextAsync(cancellationToken) is { } read)
        {
            if (JsonSerializer.Deserialize(read.Data, WeirJson.Default.EventView) is { } view) yield return view;
        }
    }
}

/// <summary>Which events; everything that is set must hold.</summary>
public sealed record EventListQuery
{
    /// <summary>A number: the events after it. An instant: those since then.</summary>
    public string? From { get; init; }
    public int? Limit { get; init; }

    /// <summary>Seconds to wait for a first one, at most 30.</summary>
    public int? Wait { get; init; }

    /// <summary>Separated by commas; <c>node.</c> means all of nodes.</summary>
    public string? Types { get; init; }
    public string? Subject { get; init; }
    public string? Kind { get; init; }

    internal static string Append(string path, EventListQuery? query) => new ApiQuery(path)
        .With("from", query?.From).With("limit", query?.Limit).With("wait", query?.Wait).With("type", query?.Types)
        .With("subject", query?.Subject).With("kind", query?.Kind).ToString();
}
