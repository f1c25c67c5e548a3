using System.Collections.Concurrent;
using System.Net;
using Weir.Controller.Hosting;

namespace Weir.Controller.Auth;

/// <summary>
/// A bucket per token, and one per address for those whose token nobody knows: fills at a steady rate, holds two
/// seconds' worth. Who has a token is not slowed down by strangers behind the same address.
/// </summary>
internal sealed class RateLimits(ControllerOptions options)
{
    private const double BurstSeconds = 2;
    private const double StrangersPerSecond = 50;
    private const int MostAddresses = 10_000;
    private readonly ConcurrentDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<IPAddress, Bucket> _strangers = new();

    /// <summary>Takes one request; otherwise says how long until the next may come.</summary>
    public TimeSpan? Take(string token)
    {
        var bucket = _buckets.GetOrAdd(token, static (_, rate) => new Bucket(rate), (double)options.RequestsPerSecond);
        return bucket.Take(options.Time);
    }

    /// <summary>The same for a request that no known token comes with: before anything is looked up for it.</summary>
    public TimeSpan? TakeOfStranger(IPAddress? address)
    {
        if (_strangers.Count >= MostAddresses) _strangers.Clear();
        var bucket = _strangers.GetOrAdd(
            address ?? IPAddress.None, static (_, rate) => new Bucket(rate), StrangersPerSecond);
        return bucket.Take(options.Time);
    }

    private sealed class Bucket(double rate)
    {
        private readonly Lock _gate = new();
        private double _used;
        private long _last = -1;

        public TimeSpan? Take(TimeProvider time)
        {
            lock (_gate)
            {
                var now = time.GetTimestamp();
                if (_last >= 0) _used = Math.Max(0, _used - (time.GetElapsedTime(_last, now).TotalSeconds * rate));
                _last = now;
                var tooMany = _used + 1 - (rate * BurstSeconds);
                if (tooMany > 0) return TimeSpan.FromSeconds(tooMany / rate);
                _used++;
                return null;
            }
        }
    }
}
