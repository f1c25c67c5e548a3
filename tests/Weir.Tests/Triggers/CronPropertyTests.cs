using Weir.Engine.Triggers;

namespace Weir.Tests.Triggers;

/// <summary>Ticks against a reference that looks at every minute of the clock.</summary>
public sealed class CronPropertyTests
{
    private static readonly string[] Zones =
    [
        "Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Havana", "Africa/Casablanca",
        "Africa/Cairo", "Pacific/Apia", "Asia/Tehran", "America/St_Johns", "UTC", "America/Sao_Paulo", "Asia/Pyongyang",
    ];

    [Fact]
    public void Ticks_are_those_of_a_walk_through_every_minute()
    {
        var random = new Random(3);
        for (var round = 0; round < 200; round++)
        {
            var zone = TimeZoneInfo.FindSystemTimeZoneById(Zones[random.Next(Zones.Length)]);
            var from = Around(zone, random);
            var expression = Cron.Expression(Draw(random));
            var schedule = new CronSchedule([expression], zone);
            var expected = Walk(expression, zone, from, from.AddDays(4)).ToList();
            var ticks = Ticks(schedule, from, from.AddDays(4));
            Assert.True(
                expected.SequenceEqual(ticks),
                $"{expression} {zone.Id} {from:O}\n{string.Join(' ', expected)}\n{string.Join(' ', ticks)}");
            if (expected.Count > 0) Assert.Equal(expected[^1], schedule.Last(from, from.AddDays(4)));
        }
    }

    [Fact]
    public void Far_ticks_are_found_from_anywhere_before_them()
    {
        var random = new Random(9);
        for (var round = 0; round < 200; round++)
        {
            var day = $"{random.Next(1, 29)} {random.Next(1, 13)} *";
            var schedule = Cron.Schedule(
                Zones[random.Next(Zones.Length)], $"{random.Next(60)} {Pick(random, "*", "0", "2", "*/3")} {day}");
            var start = new DateTimeOffset(2010, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(random.Next(8_000_000));
            var next = schedule.Next(start)!.Value;
            var between = start + ((next - start) * random.NextDouble());
            Assert.Equal(next, between < next ? schedule.Next(between) : next);
            Assert.Equal(next, schedule.Next(next.AddSeconds(-1)));
        }
    }

    private static List<DateTimeOffset> Ticks(CronSchedule schedule, DateTimeOffset from, DateTimeOffset to)
    {
        var ticks = new List<DateTimeOffset>();
        for (var next = schedule.Next(from); next <= to; next = schedule.Next(next.Value)) ticks.Add(next.Value);
        return ticks;
    }

    /// <summary>
    /// Looks at what clocks show at each minute. Going by the clock, it keeps what was shown already, and at a leap
    /// forward looks for what was left out.
    /// </summary>
    private static IEnumerable<DateTimeOffset> Walk(
        CronExpression expression, TimeZoneInfo zone, DateTimeOffset from, DateTimeOffset to)
    {
        var newest = DateTime.MinValue;
        for (var at = from.AddDays(-3); at <= to; at = at.AddMinutes(1))
        {
            var local = at.UtcDateTime + zone.GetUtcOffset(at);
            var named = Names(expression, local);
            if (!expression.FollowsElapsedTime)
            {
                named &= local > newest;
                var left = newest > DateTime.MinValue ? newest.AddMinutes(1) : local;
                for (; left < local; left = left.AddMinutes(1)) named |= Names(expression, left);
                if (local > newest) newest = local;
            }

            if (named && at > from) yield return at;
        }
    }

    private static bool Names(CronExpression expression, DateTime local) =>
        expression.Times.Minutes.Has(local.Minute) && expression.Times.Hours.Has(local.Hour)
        && expression.Days.Has(DateOnly.FromDateTime(local));

    /// <summary>A minute shortly before the clocks change somewhere between 2008 and 2030, or any minute.</summary>
    private static DateTimeOffset Around(TimeZoneInfo zone, Random random)
    {
        var at = new DateTimeOffset(2008, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(random.Next(8000));
        for (var day = 0; day < 400; day++)
        {
            if (zone.GetUtcOffset(at.AddDays(day)) != zone.GetUtcOffset(at.AddDays(day + 1)))
                return at.AddDays(day - 1).AddMinutes(random.Next(2880));
        }

        return at;
    }

    private static string Draw(Random random)
    {
        var minute = Pick(random, "*", "0", "30", "*/20", "15,45", "*/7");
        var hour = Pick(random, "*", "0", "1", "2", "3", "*/2", "0-3", "1,2", "12", "23");
        var days = Pick(random, "* *", "* *", "* *", "*/2 *", "1-15 *");
        return $"{minute} {hour} {days} {Pick(random, "*", "*", "*", "1-5", "0,6")}";
    }

    private static string Pick(Random random, params ReadOnlySpan<string> from) => from[random.Next(from.Length)];
}
