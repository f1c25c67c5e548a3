using Weir.Contracts.Problems;

namespace Weir.Engine.Triggers;

/// <summary>The times of the day of a cron expression.</summary>
internal sealed record CronTimes(CronField Seconds, CronField Minutes, CronField Hours)
{
    public TimeSpan First => new(Hours.First, Minutes.First, Seconds.First);

    /// <returns>The first time from here on, or null when the day has no more.</returns>
    public TimeSpan? From(TimeSpan time)
    {
        var hour = Hours.From(time.Hours);
        if (hour < 0) return null;
        if (hour > time.Hours) return new TimeSpan(hour, Minutes.First, Seconds.First);
        var minute = Minutes.From(time.Minutes);
        if (minute == time.Minutes)
        {
            var second = Seconds.From(time.Seconds);
            if (second >= 0) return new TimeSpan(hour, minute, second);
            minute = Minutes.From(minute + 1);
        }

        if (minute >= 0) return new TimeSpan(hour, minute, Seconds.First);
        hour = Hours.From(hour + 1);
        return hour < 0 ? null : new TimeSpan(hour, Minutes.First, Seconds.First);
    }
}

/// <summary>
/// A cron expression of five fields, or six with the seconds first: what crontab(5) describes, and <c>L</c>,
/// <c>5L</c> and <c>MON#2</c> for days that are counted from an end of the month. It knows no time zone.
/// </summary>
internal sealed record CronExpression(string Text, CronTimes Times, CronDays Days)
{
    /// <summary>
    /// Whether it goes with the hours that pass rather than with what the clock shows: its hours are all hours, or
    /// begin with <c>*</c>. The two differ when the clocks change.
    /// </summary>
    public bool FollowsElapsedTime => Times.Hours.IsStar || Times.Hours.Count == 24;

    /// <returns>The expression, or everything that is wrong with it, each with its column.</returns>
    public static (CronExpression? Expression, IReadOnlyList<Problem> Problems) Parse(string text) =>
        new CronParser(text).Parse();

    /// <returns>The first local time after this one, to the second; null beyond the year 9999.</returns>
    public DateTime? NextLocal(DateTime after)
    {
        var second = TimeSpan.TicksPerSecond;
        if (after.Ticks >= DateTime.MaxValue.Ticks - second) return null;
        var from = new DateTime((after.Ticks / second * second) + second);
        var day = DateOnly.FromDateTime(from);
        if (Days.Has(day) && Times.From(from.TimeOfDay) is { } time) return from.Date + time;
        if (day == DateOnly.MaxValue || Days.From(day.AddDays(1)) is not { } next) return null;
        return next.ToDateTime(TimeOnly.MinValue) + Times.First;
    }

    public override string ToString() => Text;
}
