using System.Threading.Channels;

namespace Weir.Agent.Pacing;

/// <summary>Wakes one waiting loop. Setting it many times before the loop looks wakes it once.</summary>
internal sealed class Signal(TimeProvider time)
{
    private readonly Channel<bool> _set = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => _set.Writer.TryWrite(true);

    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        await _set.Reader.WaitToReadAsync(cancellationToken);
        _set.Reader.TryRead(out _);
    }

    /// <summary>
    /// Returns when set, and at the latest after the time given; the caller looks for itself which it was.
    /// </summary>
    public async ValueTask WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        if (atMost <= TimeSpan.Zero)
        {
            _set.Reader.TryRead(out _);
            return;
        }

        using var timer = time.CreateTimer(
            static signal => ((Signal)signal!).Set(), this, atMost, Timeout.InfiniteTimeSpan);
        await WaitAsync(cancellationToken);
    }
}
