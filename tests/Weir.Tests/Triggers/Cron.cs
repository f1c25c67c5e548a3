using System.Globalization;
using Weir.Engine.Triggers;

namespace Weir.Tests.Triggers;

/// <summary>Expressions, schedules and instants as text.</summary>
internal static class Cron
{
    public static CronExpression Expression(string text)
    {
        var (expression, problems) = CronExpression.Parse(text);
        Assert.True(expression is not null, string.Join('\n', problems));
        return expression;
    }

    public static CronSchedule Schedule(string zone, params string[] expressions) =>
        new([.. expressions.Select(Expression)], TimeZoneInfo.FindSystemTimeZoneById(zone));

    public static DateTimeOffset At(string instant) =>
        DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);

    /// <summary>The ticks after an instant, as UTC to the minute (or second, where they have some).</summary>
    public static IReadOnlyList<string> Next(CronSchedule schedule, string after, int count)
    {
        var ticks = new List<string>();
        var at = At(after);
        for (var i = 0; i < count && schedule.Next(at) is { } next; i++)
        {
            Assert.True(next > at);
            ticks.Add(next.ToString(next.Second == 0 ? "yyyy-MM-dd HH:mm" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
            at = next;
        }

        return ticks;
    }
}
