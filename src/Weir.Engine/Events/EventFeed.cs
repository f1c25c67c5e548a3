using Weir.Engine.Signals;
using Weir.Engine.Storage;

namespace Weir.Engine.Events;

/// <summary>
/// Gives events to who follows them, as they are committed by this controller or another. One loop looks for all who
/// follow, fifty times a second and only while there are any. Who is further behind than what the loop keeps reads the
/// store at a pace of its own: a slow follower costs no memory and nobody's time.
/// </summary>
public sealed class EventFeed(IRecordStore store, TimeProvider time)
{
    private const int Kept = 4_096;
    private const int PageSize = 500;
    private const string Came = "events";
    private const string Follows = "followers";
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private readonly ChangeWatch _changes = new();
    private List<EventRow> _newest = [];
    private long _through = -1;
    private int _followers;

    /// <summary>Looks for new events until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var someone = _changes.NextAsync(Follows, cancellationToken);
                if (IsFollowed) await LookAsync(cancellationToken);
                else await someone;
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(AfterTrouble, time, cancellationToken);
            }
        }
    }

    /// <summary>Keeps the loop looking; disposed by who follows no more.</summary>
    public IDisposable Follow()
    {
        lock (_gate)
        {
            if (_followers++ == 0) (_through, _newest) = (-1, []);
        }

        _changes.Pulse(Follows);
        return new Following(this);
    }

    /// <summary>The next events after that number; waits until there are any. Only for who follows.</summary>
    public async Task<IReadOnlyList<EventRow>> NextAsync(long after, CancellationToken cancellationToken)
    {
        while (true)
        {
            var came = _changes.NextAsync(Came, cancellationToken);
            var (known, isBehind) = Known(after);
            if (known.Count > 0) return known;
            var stored = isBehind ? await store.ReadEventsAsync(after, null, PageSize, cancellationToken) : [];
            if (stored.Count > 0) return stored;
            await came;
        }
    }

    /// <summary>The number before the first event of that time or later, found by halving.</summary>
    public async Task<long> BeforeAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        var (low, high) = (0L, await store.LastEventAsync(cancellationToken));
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var next = await store.ReadEventsAsync(middle, null, 1, cancellationToken);
            if (next is [var row] && row.Time < at) low = row.Sequence;
            else high = middle;
        }

        return low;
    }

    private bool IsFollowed
    {
        get
        {
            lock (_gate) return _followers > 0;
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var from = _through >= 0 ? _through : await store.LastEventAsync(cancellationToken);
        var page = await store.ReadEventsAsync(from, null, PageSize, cancellationToken);
        if (TakeIn(page, page.Count > 0 ? page[^1].Sequence : from)) _changes.Pulse(Came);
        if (page.Count < PageSize) await Task.Delay(Period, time, cancellationToken);
    }

    /// <summary>True when that is news; also where the first look begins is, as followers may be behind it.</summary>
    private bool TakeIn(IReadOnlyList<EventRow> page, long through)
    {
        lock (_gate)
        {
            if (through == _through) return false;
            _through = through;
            if (page.Count > 0) _newest = [.. _newest.TakeLast(Kept - page.Count), .. page];
            return true;
        }
    }

    /// <returns>What is kept after the number; or that the store must be asked.</returns>
    private (IReadOnlyList<EventRow> Rows, bool IsBehind) Known(long after)
    {
        lock (_gate)
        {
            if (after >= _through && _through >= 0) return ([], false);
            if (_newest.Count == 0 || after < _newest[0].Sequence - 1) return ([], true);
            var first = FirstAfter(after);
            return (_newest.GetRange(first, Math.Min(PageSize, _newest.Count - first)), false);
        }
    }

    // Numbers have gaps where a transaction was undone, so the place is found by halving.
    private int FirstAfter(long number)
    {
        var (low, high) = (0, _newest.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_newest[middle].Sequence > number) high = middle;
            else low = middle + 1;
        }

        return low;
    }

    private sealed class Following(EventFeed feed) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) != 0) return;
            lock (feed._gate) feed._followers--;
        }
    }
}
