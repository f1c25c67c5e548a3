using Microsoft.AspNetCore.Http;
using Weir.Contracts.Events;
using Weir.Contracts.Json;
using Weir.Controller.Features.Requests;
using Weir.Controller.Hosting;
using Weir.Engine.Events;
using Weir.Engine.Storage;

namespace Weir.Controller.Features.Events;

/// <summary>Answers who reads or follows events.</summary>
internal sealed class EventPages(
    EventFeed feed, IRecordStore records, EventStreams streams, ControllerOptions options)
{
    /// <summary>Events that one request looks at, whatever it finds among them.</summary>
    private const int MostLookedAt = 5_000;
    private const int Part = 500;

    /// <summary>The number after which to begin.</summary>
    public async Task<long> StartAsync(EventRequest request, bool streams, CancellationToken cancellationToken)
    {
        if (request.After is { } after) return after;
        if (request.Since is { } since) return await feed.BeforeAsync(since, cancellationToken);
        return streams ? await records.LastEventAsync(cancellationToken) : 0;
    }

    public async Task<EventPage> ReadAsync(EventRequest request, long after, CancellationToken cancellationToken)
    {
        var page = await CollectAsync(request, after, cancellationToken);
        if (page.Items.Count > 0 || request.Wait == TimeSpan.Zero) return page;
        using var over = new CancellationTokenSource(request.Wait, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        using var following = feed.Follow();
        try
        {
            while (page.Items.Count == 0)
            {
                await feed.NextAsync(page.Next, either.Token);
                page = await CollectAsync(request, page.Next, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // nothing came in the time that was asked for
        }

        return page;
    }

    public IResult Stream(EventFilter filter, long after) => streams.Open(async writer =>
    {
        using var following = feed.Follow();
        while (true)
        {
            var next = feed.NextAsync(after, writer.Stopped);
            while (!await writer.WaitAsync(next))
            {
                // a heartbeat went out; the wait goes on
            }

            var rows = await next;
            foreach (var row in rows.Where(filter.Lets))
            {
                var view = EventViews.Of(row);
                await writer.SendAsync(view.Type, view.Id, view, WeirJson.Default.EventView);
            }

            after = rows[^1].Sequence;
        }
    });

    private async Task<EventPage> CollectAsync(EventRequest request, long after, CancellationToken cancellationToken)
    {
        var found = new List<EventView>();
        for (var looked = 0; looked < MostLookedAt;)
        {
            var rows = await records.ReadEventsAsync(after, null, Part, cancellationToken);
            foreach (var row in rows)
            {
                if (found.Count == request.Limit) return new EventPage(found, after);
                after = row.Sequence;
                if (request.Filter.Lets(row)) found.Add(EventViews.Of(row));
            }

            if (rows.Count < Part) break;
            looked += rows.Count;
        }

        return new EventPage(found, after);
    }
}
