using Weir.Agent.Pacing;
using Weir.Contracts.AgentProtocol;

namespace Weir.Agent.Leases;

/// <summary>
/// An attempt that this agent holds. It has a deadline by the agent's own monotonic clock — the sending of the last
/// successful claim or renewal, plus lease, plus disconnect — after which the controller may have given the step to
/// somebody else. At the deadline the attempt is lost, as when the controller says so: its work is killed and nothing
/// is sent for it any more.
/// </summary>
internal sealed class HeldAttempt : IDisposable
{
    // Neither source is disposed: a late verdict may cancel one at any time, and without timers they hold nothing.
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private readonly TimeSpan _term;
    private readonly Signal _renewed;
    private TimeSpan _longest;
    private long _since;
    private bool _confirmed = true;

    /// <param name="assignment">What to execute.</param>
    /// <param name="slot">The agent's slot that it takes.</param>
    /// <param name="since">Timestamp of the request that gave or renewed the lease, when it was first sent.</param>
    /// <param name="time">The agent's clock.</param>
    public HeldAttempt(Assignment assignment, int slot, long since, TimeProvider time)
    {
        Assignment = assignment;
        Slot = slot;
        _time = time;
        _since = since;
        _renewed = new Signal(time);
        _term = TimeSpan.FromMilliseconds(assignment.LeaseMilliseconds)
            + TimeSpan.FromMilliseconds(assignment.DisconnectMilliseconds);
        _longest = _term;
        _timer = time.CreateTimer(
            static held => ((HeldAttempt)held!).Look(), this, Positive(Remaining), Timeout.InfiniteTimeSpan);
    }

    public Assignment Assignment { get; }

    public AttemptFence Fence => Assignment.Fence;

    public int Slot { get; }

    /// <summary>Someone wants it stopped: kill the work with its grace, finish it as cancelled.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Not ours any more: kill at once, send nothing.</summary>
    public CancellationToken Lost => _lost.Token;

    public TimeSpan Remaining
    {
        get
        {
            lock (_lock) return _longest - _time.GetElapsedTime(_since);
        }
    }

    /// <summary>True while the lease was confirmed so lately that there is time to renew it.</summary>
    public bool IsFresh
    {
        get
        {
            var half = TimeSpan.FromMilliseconds(Assignment.LeaseMilliseconds / 2);
            lock (_lock) return _confirmed && _time.GetElapsedTime(_since) < half;
        }
    }

    public void RequestStop() => _stop.Cancel();

    public void Lose()
    {
        _lost.Cancel();
        _renewed.Set();
    }

    /// <summary>The controller has confirmed the lease in answer to a request sent at that timestamp.</summary>
    public void Prolong(long sent)
    {
        lock (_lock)
        {
            if (sent > _since || !_confirmed) (_since, _longest) = (sent, _term);
            _confirmed = true;
            _timer.Change(Positive(Remaining), Timeout.InfiniteTimeSpan);
        }

        _renewed.Set();
    }

    /// <summary>For an attempt of an earlier life of the agent: the deadline is so far away, until a renewal.</summary>
    public void Shorten(TimeSpan remaining)
    {
        lock (_lock)
        {
            _confirmed = false;
            _longest = remaining < _term ? remaining : _term;
            _timer.Change(Positive(Remaining), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Returns at the next renewal or loss.</summary>
    public ValueTask WaitForVerdictAsync(CancellationToken cancellationToken) => _renewed.WaitAsync(cancellationToken);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        if (Remaining <= TimeSpan.Zero) Lose();
        else _timer.Change(Positive(Remaining), Timeout.InfiniteTimeSpan);
    }

    // A timer takes at most 49 days, and stands still while the machine sleeps: whoever wakes early looks again. Work
    // that may not overlap must end soon after the machine wakes.
    private TimeSpan Positive(TimeSpan time) => TimeSpan.FromTicks(Math.Clamp(
        time.Ticks, TimeSpan.TicksPerMillisecond,
        Assignment.DisconnectMilliseconds == 0 ? TimeSpan.TicksPerSecond : 40 * TimeSpan.TicksPerDay));
}
