using Weir.Engine.Triggers;

namespace Weir.Tests.Triggers;

public sealed class TickDecisionTests
{
    private static readonly CronSchedule Hourly = Cron.Schedule("UTC", "@hourly");

    [Theory]
    [InlineData(CatchUpMode.None)]
    [InlineData(CatchUpMode.Last)]
    [InlineData(CatchUpMode.All)]
    public void A_tick_that_is_on_time_fires_once_in_every_mode(CatchUpMode mode)
    {
        var due = Decide("2026-01-01T09:00:00Z", "2026-01-01T10:00:05Z", mode);
        Assert.Equal([Cron.At("2026-01-01T10:00:00Z")], due.Ticks);
        Assert.False(due.Missed);
        Assert.Empty(CatchUp.Decide(Hourly, due.SeenUpTo, Cron.At("2026-01-01T10:00:06Z"), mode).Ticks);
    }

    [Theory]
    [InlineData(CatchUpMode.None, "", true)]
    [InlineData(CatchUpMode.Last, "13", true)]
    [InlineData(CatchUpMode.All, "10 11 12 13", false)]
    public void Ticks_that_were_missed_fire_as_the_mode_says(CatchUpMode mode, string hours, bool missed)
    {
        var due = Decide("2026-01-01T09:00:00Z", "2026-01-01T13:30:00Z", mode);
        Assert.Equal(hours, string.Join(' ', due.Ticks.Select(tick => tick.Hour)));
        Assert.Equal((Cron.At("2026-01-01T13:00:00Z"), missed), (due.SeenUpTo, due.Missed));
    }

    [Fact]
    public void Without_catching_up_only_the_tick_on_time_fires()
    {
        var due = Decide("2026-01-01T09:00:00Z", "2026-01-01T13:00:10Z", CatchUpMode.None);
        Assert.Equal([Cron.At("2026-01-01T13:00:00Z")], due.Ticks);
        Assert.True(due.Missed);
    }

    [Fact]
    public void Catching_up_with_years_is_bounded_and_keeps_the_newest()
    {
        var due = CatchUp.Decide(
            Cron.Schedule("Europe/Madrid", "* * * * * *"), Cron.At("2016-01-01T00:00:00Z"), Cron.At("2026-01-01T00:00:00Z"), CatchUpMode.All);
        Assert.Equal(CatchUp.MaxTicks, due.Ticks.Count);
        Assert.Equal(Cron.At("2025-12-31T23:58:21Z"), due.Ticks[0]);
        Assert.Equal(Cron.At("2026-01-01T00:00:00Z"), due.SeenUpTo);
        Assert.True(due.Missed);
    }

    [Fact]
    public void Nothing_is_due_before_its_time_or_when_the_clock_goes_back()
    {
        var due = Decide("2026-01-01T09:00:00Z", "2026-01-01T09:59:59Z", CatchUpMode.All);
        Assert.Empty(due.Ticks);
        Assert.Equal(Cron.At("2026-01-01T09:00:00Z"), due.SeenUpTo);
        Assert.Empty(Decide("2026-01-01T09:00:00Z", "2025-12-31T00:00:00Z", CatchUpMode.All).Ticks);
    }

    [Theory]
    [InlineData(OverlapMode.Allow, 3, 0, typeof(OverlapDecision.Start))]
    [InlineData(OverlapMode.Skip, 0, 0, typeof(OverlapDecision.Start))]
    [InlineData(OverlapMode.Skip, 1, 0, typeof(OverlapDecision.Refuse))]
    [InlineData(OverlapMode.Queue, 0, 0, typeof(OverlapDecision.Start))]
    [InlineData(OverlapMode.Queue, 1, 0, typeof(OverlapDecision.Queue))]
    [InlineData(OverlapMode.Queue, 0, 2, typeof(OverlapDecision.Queue))]
    [InlineData(OverlapMode.Queue, 1, Overlap.MaxWaiting, typeof(OverlapDecision.Refuse))]
    [InlineData(OverlapMode.Replace, 0, 0, typeof(OverlapDecision.Start))]
    [InlineData(OverlapMode.Replace, 2, 1, typeof(OverlapDecision.Replace))]
    public void A_tick_beside_open_runs_does_as_asked(OverlapMode mode, int running, int waiting, Type decision) =>
        Assert.IsType(decision, Overlap.Decide(mode, running, waiting));

    [Fact]
    public void Jitter_follows_from_trigger_and_tick_and_spreads()
    {
        var (tick, most) = (Cron.At("2026-01-01T00:00:00Z"), TimeSpan.FromMinutes(10));
        Assert.Equal(Jitter.Of("a", tick, most), Jitter.Of("a", tick, most));
        Assert.Equal(TimeSpan.Zero, Jitter.Of("a", tick, TimeSpan.Zero));
        var delays = Enumerable.Range(0, 1000).Select(i => Jitter.Of($"t{i}", tick, most)).ToList();
        Assert.All(delays, delay => Assert.InRange(delay, TimeSpan.Zero, most - TimeSpan.FromMilliseconds(1)));
        var perMinute = delays.CountBy(delay => (int)delay.TotalMinutes).ToList();
        Assert.Equal(10, perMinute.Count);
        Assert.All(perMinute, minute => Assert.InRange(minute.Value, 50, 150));
        Assert.NotEqual(Jitter.Of("a", tick, most), Jitter.Of("a", tick.AddDays(1), most));
    }

    private static DueTicks Decide(string last, string now, CatchUpMode mode) =>
        CatchUp.Decide(Hourly, Cron.At(last), Cron.At(now), mode);
}
