using System.Globalization;

namespace Weir.Engine.Triggers;

/// <summary>Says a schedule in words: "at 03:00, Monday to Friday, Europe/Madrid".</summary>
internal static class CronDescription
{
    // As many times are listed; more are said by hours and minutes.
    private const int MaxTimes = 4;

    private static readonly string[] Ordinals = ["last", "first", "second", "third", "fourth", "fifth"];

    private static readonly string[] Months = [.. DateTimeFormatInfo.InvariantInfo.MonthNames.Take(12)];

    // The week begins on Monday, so that a weekend is one range.
    private static readonly string[] Weekdays =
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    public static string Of(CronSchedule schedule) =>
        $"{string.Join("; and ", schedule.Expressions.Select(Of))}, {schedule.Zone.Id}";

    public static string Of(CronExpression expression)
    {
        var parts = new[] { TimesIn(expression.Times), DaysIn(expression.Days), MonthsIn(expression.Days.Months) };
        return string.Join(", ", parts.Where(part => part.Length > 0));
    }

    private static string MonthsIn(CronField months) =>
        months.Count == Months.Length ? "" : "in " + List(months.Values(), month => Months[month - 1]);

    private static string TimesIn(CronTimes times)
    {
        var (seconds, minutes, hours) = (times.Seconds, times.Minutes, times.Hours);
        if (seconds.Count * minutes.Count * hours.Count <= MaxTimes)
        {
            return "at " + Join(
                from hour in hours.Values()
                from minute in minutes.Values()
                from second in seconds.Values()
                select IsZero(seconds) ? Clock(hour, minute) : $"{Clock(hour, minute)}:{second:00}");
        }

        var ofSecond = IsZero(seconds) ? "" : Within("second", seconds, 60);
        var isImplied = IsZero(seconds) ? IsZero(minutes) : minutes.Count == 60 && IsEvery(ofSecond);
        var ofMinute = isImplied ? "" : Within("minute", minutes, 60);
        var isEveryHour = ofSecond.Length + ofMinute.Length == 0;
        var ofHour = HoursIn(times, isEveryHour, IsEvery(ofMinute) || (isImplied && !isEveryHour));
        return string.Join(", ", new[] { ofSecond, ofMinute, ofHour }.Where(part => part.Length > 0));
    }

    /// <param name="alone">Whether nothing is said of minutes, because they are zero.</param>
    /// <param name="running">Whether what is said of minutes goes on through the hours.</param>
    private static string HoursIn(CronTimes times, bool alone, bool running)
    {
        var hours = times.Hours;
        if (hours.Count == 24) return running ? "" : "every hour";
        if (StepOf(hours, 24) is > 1 and var step) return $"every {step} hours";
        var last = hours.Values().Last();
        if (last - hours.First != hours.Count - 1) return "in the hours " + List(hours.Values(), Number);
        var span = $"from {Clock(hours.First, times.Minutes.First)} to {Clock(last, times.Minutes.Values().Last())}";
        return alone ? "every hour " + span : span;
    }

    private static string DaysIn(CronDays days)
    {
        var everyDate = days.OfMonth.Count == 31;
        var everyWeekday = days.OfWeek.Count == Weekdays.Length;
        if (everyDate && everyWeekday) return "every day";
        if (days.AreJoinedByOr && (everyDate || everyWeekday)) return "every day";
        var date = everyDate ? "" : DatesIn(days);
        var weekday = everyWeekday ? "" : WeekdaysIn(days);
        if (date.Length == 0) return weekday;
        if (weekday.Length == 0) return date;
        return days.AreJoinedByOr ? $"{date} or {weekday}" : $"{date} if it is {weekday}";
    }

    private static string DatesIn(CronDays days)
    {
        var dates = days.OfMonth.Count == 0 ? "" : $"day {List(days.OfMonth.Values(), Number)} of the month";
        var last = days.LastOfMonth ? "the last day of the month" : "";
        return "on " + Join(new[] { dates, last }.Where(part => part.Length > 0));
    }

    private static string WeekdaysIn(CronDays days)
    {
        var plain = List(days.OfWeek.Values().Select(day => (day + 6) % 7).Order(), day => Weekdays[day]);
        var nth = days.Nth.Select(n => $"the {Ordinals[n.Number]} {Weekdays[(n.Weekday + 6) % 7]} of the month");
        return Join(nth.Prepend(plain).Where(part => part.Length > 0));
    }

    private static string Within(string unit, CronField field, int size)
    {
        if (field.Count == size) return $"every {unit}";
        return StepOf(field, size) is > 1 and var step
            ? $"every {step} {unit}s"
            : $"at {unit}{(field.Count > 1 ? "s" : "")} {List(field.Values(), Number)}";
    }

    private static bool IsEvery(string part) => part.StartsWith("every", StringComparison.Ordinal);

    private static bool IsZero(CronField field) => field.Bits == 1;

    /// <returns>The distance of values that divide all of the size evenly; 0 when they do not.</returns>
    private static int StepOf(CronField field, int size)
    {
        if (field.Count < 2 || field.First != 0 || size % field.Count != 0) return 0;
        var step = size / field.Count;
        return field.Values().Select((value, i) => value == i * step).All(even => even) ? step : 0;
    }

    private static string Clock(int hour, int minute) =>
        string.Create(CultureInfo.InvariantCulture, $"{hour:00}:{minute:00}");

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>With three or more in a row as a range.</summary>
    private static string List(IEnumerable<int> values, Func<int, string> name)
    {
        var all = values.ToList();
        var parts = new List<string>();
        for (var i = 0; i < all.Count; i++)
        {
            var end = i;
            while (end + 1 < all.Count && all[end + 1] == all[end] + 1) end++;
            if (end - i < 2) parts.Add(name(all[i]));
            else
            {
                parts.Add($"{name(all[i])} to {name(all[end])}");
                i = end;
            }
        }

        return Join(parts);
    }

    private static string Join(IEnumerable<string> parts)
    {
        var all = parts.ToList();
        return all.Count < 2 ? string.Concat(all) : $"{string.Join(", ", all[..^1])} and {all[^1]}";
    }
}
