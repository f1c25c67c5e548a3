namespace Weir.Engine.Triggers;

/// <summary>A weekday counted within its month.</summary>
/// <param name="Number">1 to 5, or 0 for the last.</param>
internal readonly record struct NthWeekday(int Weekday, int Number)
{
    public bool Is(DateOnly day)
    {
        if ((int)day.DayOfWeek != Weekday) return false;
        return Number == 0
            ? day.Day + 7 > DateTime.DaysInMonth(day.Year, day.Month)
            : (day.Day - 1) / 7 == Number - 1;
    }
}

/// <summary>
/// The days of a cron expression. As crontab(5) has it, days of the month and of the week are joined by "or" when
/// neither begins with <c>*</c>, and by "and" otherwise.
/// </summary>
internal sealed record CronDays(CronField Months, CronField OfMonth, CronField OfWeek)
{
    // The calendar of the Gregorian days and weekdays repeats after so many years.
    private const int Cycle = 400;

    // Looked up to, so that the month after a day is always one of the calendar.
    private static readonly DateOnly LastDay = new(9999, 12, 1);

    /// <summary><c>L</c>: the last day of the month.</summary>
    public bool LastOfMonth { get; init; }

    /// <summary><c>5L</c> and <c>MON#2</c>.</summary>
    public IReadOnlyList<NthWeekday> Nth { get; init; } = [];

    public bool AreJoinedByOr => !OfMonth.IsStar && !OfWeek.IsStar;

    public bool EverCome => From(new DateOnly(2000, 1, 1)) is not null;

    public bool Has(DateOnly day) => Months.Has(day.Month) && HasDay(day);

    /// <returns>The first day from here on, or null when none comes in a whole cycle of the calendar.</returns>
    public DateOnly? From(DateOnly day)
    {
        var end = day.Year + Cycle < LastDay.Year ? day.AddYears(Cycle) : LastDay;
        while (day < end)
        {
            if (!Months.Has(day.Month)) day = new DateOnly(day.Year, day.Month, 1).AddMonths(1);
            else if (HasDay(day)) return day;
            else day = day.AddDays(1);
        }

        return null;
    }

    private bool HasDay(DateOnly day)
    {
        var ofMonth = OfMonth.Has(day.Day) || (LastOfMonth && day.Day == DateTime.DaysInMonth(day.Year, day.Month));
        var ofWeek = OfWeek.Has((int)day.DayOfWeek) || Nth.Any(nth => nth.Is(day));
        return AreJoinedByOr ? ofMonth || ofWeek : ofMonth && ofWeek;
    }
}
