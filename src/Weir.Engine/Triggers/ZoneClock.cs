namespace Weir.Engine.Triggers;

/// <summary>
/// What clocks show in a time zone. Only the offset of an instant is asked of the system: what it says of local times
/// is not right for every zone that ever changed its standard offset. Two changes are taken to be at least two days
/// apart.
/// </summary>
internal sealed class ZoneClock(TimeZoneInfo zone)
{
    // More than any offset, so that an instant so far on either side of a local time is surely before and after it.
    private static readonly TimeSpan Surely = TimeSpan.FromDays(1);

    public string Name => zone.Id;

    /// <returns>What clocks show, without a zone.</returns>
    public DateTime Local(DateTime utc) => utc + Offset(utc);

    public TimeSpan Offset(DateTime utc) => zone.GetUtcOffset(DateTime.SpecifyKind(utc, DateTimeKind.Utc));

    /// <returns>
    /// The instant at which clocks first show this time; when they leap over it, the instant at which they do.
    /// </returns>
    public DateTime FirstInstant(DateTime local)
    {
        var (from, to) = (local - Surely, local + Surely);
        var (before, after) = (Offset(from), Offset(to));
        if (before == after) return local - before;
        var earlier = local - (before > after ? before : after);
        if (Local(earlier) == local) return earlier;
        var later = local - (before > after ? after : before);
        return Local(later) == local ? later : FirstChange(from, to)!.Value;
    }

    /// <returns>
    /// The first instant after <paramref name="from"/>, up to <paramref name="to"/>, with another offset, or null.
    /// </returns>
    public DateTime? FirstChange(DateTime from, DateTime to)
    {
        var offset = Offset(from);
        if (Offset(to) == offset) return null;
        while (to - from > TimeSpan.FromSeconds(1))
        {
            var middle = from + ((to - from) / 2);
            if (Offset(middle) == offset) from = middle;
            else to = middle;
        }

        // Clocks change on whole seconds.
        return new DateTime(to.Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond);
    }
}
