namespace Weir.Engine.Triggers;

/// <summary>What happens to ticks that nobody was there for.</summary>
public enum CatchUpMode
{
    None,
    Last,
    All,
}

/// <summary>Which ticks fire now.</summary>
/// <param name="Ticks">In their order.</param>
/// <param name="SeenUpTo">The newest tick that was looked at, fired or not: what the next decision starts from.</param>
/// <param name="Missed">Whether older ticks are given up.</param>
internal sealed record DueTicks(IReadOnlyList<DateTimeOffset> Ticks, DateTimeOffset SeenUpTo, bool Missed);

/// <summary>Decides which of the ticks since the last decision fire.</summary>
internal static class CatchUp
{
    /// <summary>As many as <see cref="CatchUpMode.All"/> makes up for; the newest are kept.</summary>
    public const int MaxTicks = 100;

    /// <summary>A tick that is no later than this is on time, and nothing to catch up with.</summary>
    public static readonly TimeSpan OnTime = TimeSpan.FromMinutes(1);

    /// <param name="last">The newest tick that was looked at, or when the trigger was made.</param>
    public static DueTicks Decide(CronSchedule schedule, DateTimeOffset last, DateTimeOffset now, CatchUpMode mode)
    {
        if (schedule.Last(last, now) is not { } newest) return new DueTicks([], last, Missed: false);
        var due = new List<DateTimeOffset> { newest };
        var most = mode == CatchUpMode.All ? MaxTicks : 1;
        var older = schedule.Last(last, newest.AddTicks(-1));
        while (older is { } tick && due.Count < most)
        {
            due.Add(tick);
            older = schedule.Last(last, tick.AddTicks(-1));
        }

        due.Reverse();
        var isLate = now - newest > OnTime;
        return mode == CatchUpMode.None && isLate
            ? new DueTicks([], newest, Missed: true)
            : new DueTicks(due, newest, older is not null);
    }
}
