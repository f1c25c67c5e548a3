namespace Weir.Testing.Simulation;

/// <summary>Virtual time: moves only when nothing else can happen. Timers fire on the simulator's thread.</summary>
public sealed class SimClock : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly PriorityQueue<SimTimer, (long Due, long Order)> _timers = new();
    private long _now;
    private long _order;

    public TimeSpan Elapsed => TimeSpan.FromTicks(_now);

    /// <summary>Odd, so that code which takes ticks for time stumbles.</summary>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond * 7;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => Start.AddTicks(_now);

    public override long GetTimestamp() => _now * 7;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves to the next timer and fires it; false when there is none before the limit.</summary>
    public bool FireNext(TimeSpan limit)
    {
        while (_timers.TryDequeue(out var timer, out var at))
        {
            if (timer.At != at) continue;
            if (at.Due > limit.Ticks) return false;
            _now = Math.Max(_now, at.Due);
            timer.Fire();
            return true;
        }

        return false;
    }

    private sealed class SimTimer(SimClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        /// <summary>The queue entry that counts; entries of earlier settings are passed over.</summary>
        public (long Due, long Order) At { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _period = period;
            At = default;
            if (dueTime == Timeout.InfiniteTimeSpan) return true;
            At = (clock._now + Math.Max(0, dueTime.Ticks), ++clock._order);
            clock._timers.Enqueue(this, At);
            return true;
        }

        public void Fire()
        {
            if (_period > TimeSpan.Zero) Change(_period, _period);
            else At = default;
            callback(state);
        }

        public void Dispose() => At = default;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>The clock of one machine: set wrong and running fast or slow.</summary>
/// <param name="rate">Seconds it counts per true second; 1.01 runs fast.</param>
public sealed class SkewedClock(SimClock truth, TimeSpan offset, double rate) : TimeProvider
{
    public override long TimestampFrequency => truth.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => truth.GetUtcNow() + offset;

    public override long GetTimestamp() => (long)(truth.GetTimestamp() * rate);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        truth.CreateTimer(callback, state, Scale(dueTime), Scale(period));

    private TimeSpan Scale(TimeSpan time) => time <= TimeSpan.Zero ? time : time / rate;
}
