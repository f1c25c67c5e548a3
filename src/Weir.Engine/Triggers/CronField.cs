using System.Numerics;

namespace Weir.Engine.Triggers;

/// <summary>Which values one field of a cron expression allows.</summary>
/// <param name="Bits">Bit n for the value n.</param>
/// <param name="IsStar">
/// Whether it begins with <c>*</c>, which cron asks when it joins days of the month and of the week.
/// </param>
internal readonly record struct CronField(ulong Bits, bool IsStar)
{
    public int First => BitOperations.TrailingZeroCount(Bits);

    public int Count => BitOperations.PopCount(Bits);

    public bool Has(int value) => (Bits >> value & 1) != 0;

    /// <returns>The first allowed value from here on, or -1.</returns>
    public int From(int value)
    {
        var rest = value < 64 ? Bits >> value : 0;
        return rest == 0 ? -1 : value + BitOperations.TrailingZeroCount(rest);
    }

    public IEnumerable<int> Values()
    {
        for (var value = From(0); value >= 0; value = From(value + 1)) yield return value;
    }
}

/// <summary>What the values of a field are called and lie between.</summary>
/// <param name="Names">For the values from <paramref name="Least"/> on; empty when they have none.</param>
internal sealed record CronFieldKind(string Name, int Least, int Most, IReadOnlyList<string> Names)
{
    public static readonly CronFieldKind Second = new("second", 0, 59, []);
    public static readonly CronFieldKind Minute = new("minute", 0, 59, []);
    public static readonly CronFieldKind Hour = new("hour", 0, 23, []);
    public static readonly CronFieldKind DayOfMonth = new("day of the month", 1, 31, []);

    public static readonly CronFieldKind Month = new(
        "month", 1, 12, ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]);

    /// <summary>7 is Sunday as well as 0.</summary>
    public static readonly CronFieldKind DayOfWeek = new(
        "day of the week", 0, 7, ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]);
}
