using System.Collections.Concurrent;
using Weir.Controller.Hosting;

namespace Weir.Controller.Auth;

/// <summary>A bucket per token: fills at a steady rate, holds two seconds' worth.</summary>
internal sealed class RateLimits(ControllerOptions options)
{
    private const double BurstSeconds = 2;
    private readonly ConcurrentDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);

    /// <summary>Takes one request; otherwise says how long until the next may come.</summary>
    public TimeSpan? Take(string token)
    {
        var bucket = _buckets.GetOrAdd(token, static (_, rate) => new Bucket(rate), (double)options.RequestsPerSecond);
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
