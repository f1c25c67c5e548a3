namespace Weir.Tests.Triggers;

/// <summary>Known ticks, in UTC, around the changes of the clocks.</summary>
public sealed class CronScheduleTests
{
    // Madrid goes from 02:00 to 03:00 on 29 March 2026, and from 03:00 back to 02:00 on 25 October, both at 01:00 UTC.
    [Theory]
    [InlineData("0 3 * * 1-5", "2026-11-20T02:00:00Z", "2026-11-23 02:00 2026-11-24 02:00 2026-11-25 02:00")]
    [InlineData("30 2 * * *", "2026-03-28T00:00:00Z", "2026-03-28 01:30 2026-03-29 01:00 2026-03-30 00:30")]
    [InlineData("0,30 2,3 * * *", "2026-03-28T23:00:00Z", "2026-03-29 01:00 2026-03-29 01:30 2026-03-30 00:00")]
    [InlineData("30 2 * * *", "2026-10-24T00:00:00Z", "2026-10-24 00:30 2026-10-25 00:30 2026-10-26 01:30")]
    [InlineData("*/30 2 * * *", "2026-10-24T22:00:00Z", "2026-10-25 00:00 2026-10-25 00:30 2026-10-26 01:00")]
    [InlineData("30 2 * * *", "2026-10-25T01:10:00Z", "2026-10-26 01:30")]
    [InlineData("30 * * * *", "2026-03-28T23:45:00Z", "2026-03-29 00:30 2026-03-29 01:30 2026-03-29 02:30")]
    [InlineData("30 * * * *", "2026-10-24T23:45:00Z", "2026-10-25 00:30 2026-10-25 01:30 2026-10-25 02:30")]
    [InlineData("0 */2 * * *", "2026-03-28T22:30:00Z", "2026-03-28 23:00 2026-03-29 02:00 2026-03-29 04:00")]
    [InlineData("0 */2 * * *", "2026-10-24T21:30:00Z", "2026-10-24 22:00 2026-10-25 00:00 2026-10-25 01:00 2026-10-25 03:00")]
    [InlineData("0 12 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29 11:00 2032-02-29 11:00")]
    [InlineData("0 0 13 * 5", "2026-02-01T00:00:00Z", "2026-02-05 23:00 2026-02-12 23:00 2026-02-19 23:00")]
    [InlineData("0 12 L * *", "2026-01-31T12:00:00Z", "2026-02-28 11:00 2026-03-31 10:00")]
    [InlineData("0 12 * * 5L", "2026-01-01T00:00:00Z", "2026-01-30 11:00 2026-02-27 11:00")]
    [InlineData("0 12 * * MON#5", "2026-01-01T00:00:00Z", "2026-03-30 10:00 2026-06-29 10:00")]
    [InlineData("15 30 9 * * *", "2026-06-01T07:30:14.9Z", "2026-06-01 07:30:15 2026-06-02 07:30:15")]
    public void Ticks_in_Madrid(string expression, string after, string ticks) =>
        AssertTicks("Europe/Madrid", expression, after, ticks);

    [Theory]
    [InlineData("America/New_York", "30 2 * * *", "2026-03-07T12:00:00Z", "2026-03-08 07:00 2026-03-09 06:30")]
    [InlineData("America/New_York", "30 1 * * *", "2026-10-31T12:00:00Z", "2026-11-01 05:30 2026-11-02 06:30")]
    [InlineData("America/New_York", "@hourly", "2026-11-01T04:30:00Z", "2026-11-01 05:00 2026-11-01 06:00 2026-11-01 07:00")]
    [InlineData("Asia/Kolkata", "0 9 * * *", "2026-01-01T00:00:00Z", "2026-01-01 03:30 2026-01-02 03:30")]
    [InlineData("Australia/Lord_Howe", "15 2 * * *", "2026-10-03T00:00:00Z", "2026-10-03 15:30 2026-10-04 15:15")]
    [InlineData("Australia/Lord_Howe", "45 1 * * *", "2026-04-03T20:00:00Z", "2026-04-04 14:45 2026-04-05 15:15")]
    [InlineData("America/Havana", "30 0 * * *", "2026-10-31T05:00:00Z", "2026-11-01 04:30 2026-11-02 05:30")]
    [InlineData("Africa/Cairo", "0 0 * * *", "2026-04-23T00:00:00Z", "2026-04-23 22:00 2026-04-24 21:00")]
    [InlineData("Pacific/Apia", "0 12 * * *", "2011-12-29T00:00:00Z", "2011-12-29 22:00 2011-12-30 10:00 2011-12-30 22:00")]
    [InlineData("Pacific/Apia", "0 12 30 12 *", "2011-06-01T00:00:00Z", "2011-12-30 10:00 2012-12-29 22:00")]
    [InlineData("UTC", "@yearly", "2026-01-01T00:00:00Z", "2027-01-01 00:00 2028-01-01 00:00")]
    public void Ticks_elsewhere(string zone, string expression, string after, string ticks) =>
        AssertTicks(zone, expression, after, ticks);

    [Fact]
    public void Expressions_of_one_trigger_are_merged_without_doubles() =>
        Assert.Equal(
            ["2026-01-01 00:20", "2026-01-01 00:30", "2026-01-01 00:40", "2026-01-01 01:00"],
            Cron.Next(Cron.Schedule("UTC", "*/20 * * * *", "*/30 * * * *"), "2026-01-01T00:00:00Z", 4));

    [Fact]
    public void Times_that_the_clocks_leap_over_come_once_together() =>
        Assert.Equal(
            ["2026-03-29 01:00", "2026-03-30 00:05"],
            Cron.Next(Cron.Schedule("Europe/Madrid", "5-50 2 * * *", "59 2 * * *", "0 3 29 3 *"), "2026-03-29T00:00:00Z", 2));

    [Fact]
    public void The_end_of_time_ends_the_search()
    {
        Assert.Null(Cron.Schedule("UTC", "0 0 1 1 *").Next(new DateTimeOffset(9999, 6, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.Null(Cron.Schedule("Asia/Tokyo", "* * * * *").Next(DateTimeOffset.MaxValue));
        Assert.NotNull(Cron.Schedule("America/New_York", "* * * * *").Next(DateTimeOffset.MinValue));
    }

    [Fact]
    public void The_last_tick_is_found_without_walking_to_it()
    {
        var schedule = Cron.Schedule("Europe/Madrid", "* * * * * *");
        var (from, to) = (Cron.At("2006-01-01T00:00:00Z"), Cron.At("2026-01-01T00:00:00.5Z"));
        Assert.Equal(Cron.At("2026-01-01T00:00:00Z"), schedule.Last(from, to));
        Assert.Null(schedule.Last(to, to.AddMilliseconds(400)));
        Assert.Equal(Cron.At("2025-12-31T23:00:00Z"), Cron.Schedule("Europe/Madrid", "@yearly").Last(from, to));
    }

    private static void AssertTicks(string zone, string expression, string after, string ticks)
    {
        var expected = ticks.Split(' ').Chunk(2).Select(parts => string.Join(' ', parts)).ToList();
        Assert.Equal(expected, Cron.Next(Cron.Schedule(zone, expression), after, expected.Count));
    }
}
