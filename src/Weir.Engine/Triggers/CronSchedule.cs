namespace Weir.Engine.Triggers;

/// <summary>
/// One or several cron expressions in a time zone. An instant that several of them name is one tick. Expressions with
/// given hours go by what clocks show: each of their times comes once a day, at its first occurrence, and one that
/// the clocks leap over comes when they do. Expressions for all hours go by the hours that pass.
/// </summary>
internal sealed class CronSchedule(IReadOnlyList<CronExpression> expressions, TimeZoneInfo zone)
{
    // Far enough from the ends of the calendar for any offset.
    private static readonly DateTime Beginning = DateTime.MinValue.AddDays(3);
    private static readonly DateTime End = DateTime.MaxValue.AddDays(-3);
    private static readonly TimeSpan Near = TimeSpan.FromDays(2);
    private static readonly TimeSpan NearlyNear = TimeSpan.FromHours(36);

    private readonly ZoneClock _clock = new(zone);

    public IReadOnlyList<CronExpression> Expressions => expressions;

    public TimeZoneInfo Zone => zone;

    /// <returns>The first tick after an instant; null beyond the year 9999.</returns>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        if (after.UtcDateTime >= End) return null;
        var from = after.UtcDateTime < Beginning ? Beginning : after.UtcDateTime;
        DateTime? first = null;
        foreach (var expression in expressions)
        {
            var next = expression.FollowsElapsedTime ? NextElapsed(expression, from) : NextShown(expression, from);
            if (first is null || next < first) first = next ?? first;
        }

        return first is { } utc ? new DateTimeOffset(DateTime.SpecifyKind(utc, DateTimeKind.Utc)) : null;
    }

    /// <returns>The last tick after <paramref name="after"/> and not after <paramref name="upTo"/>, or null.</returns>
    public DateTimeOffset? Last(DateTimeOffset after, DateTimeOffset upTo)
    {
        if (!(Next(after) <= upTo)) return null;
        var (low, high) = (after, upTo);

        // The last tick is after `low` and not after `high`; ticks are whole seconds.
        while (high - low > TimeSpan.FromSeconds(1))
        {
            var middle = low + ((high - low) / 2);
            if (Next(middle) <= upTo) low = middle;
            else high = middle;
        }

        return Next(low);
    }

    private DateTime? NextShown(CronExpression expression, DateTime after)
    {
        var local = _clock.Local(after);
        while (expression.NextLocal(local) is { } next && next < End)
        {
            // In an hour that comes for the second time, what it shows has come before.
            var instant = _clock.FirstInstant(next);
            if (instant > after) return instant;
            local = next;
        }

        return null;
    }

    private DateTime? NextElapsed(CronExpression expression, DateTime after)
    {
        var (at, local) = (after, _clock.Local(after));
        while (expression.NextLocal(local) is { } next && next < End)
        {
            var instant = next - _clock.Offset(at);
            var near = instant < at + Near ? instant : at + Near;
            if (_clock.FirstChange(at, near) is { } change && change <= instant)
            {
                // The clocks change first: go on from what they show then, which itself may be named.
                at = change;
                local = _clock.Local(change).AddSeconds(-1);
            }
            else if (near == instant) return instant;
            else
            {
                // Far away; changes of the clocks on the way there show no time that is named.
                at = instant - NearlyNear;
                local = _clock.Local(at);
            }
        }

        return null;
    }
}
