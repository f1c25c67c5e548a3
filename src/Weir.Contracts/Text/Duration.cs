using System.Globalization;
using System.Text;

namespace Weir.Contracts.Text;

/// <summary>
/// Durations as people write them: whole numbers with the units <c>d h m s ms</c>, largest first, each at most
/// once: <c>1h30m</c>, <c>10s</c>, <c>250ms</c>, <c>0s</c>.
/// </summary>
public static class Duration
{
    private static readonly (string Unit, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond), ("ms", TimeSpan.TicksPerMillisecond),
    ];

    public static bool TryParse(string? text, out TimeSpan value)
    {
        value = default;
        if (string.IsNullOrEmpty(text)) return false;
        var rest = text.AsSpan();
        var nextUnit = 0;
        long ticks = 0;
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits is < 1 or > 9) return false;
            var number = long.Parse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
            rest = rest[digits..];
            var letters = rest.IndexOfAnyInRange('0', '9');
            var unit = letters < 0 ? rest : rest[..letters];
            rest = rest[unit.Length..];
            var index = IndexOfUnit(unit, nextUnit);
            if (index < 0) return false;
            nextUnit = index + 1;
            if (number > (long.MaxValue - ticks) / Units[index].Ticks) return false;
            ticks += number * Units[index].Ticks;
        }

        value = TimeSpan.FromTicks(ticks);
        return true;
    }

    public static string Format(TimeSpan value)
    {
        if (value < TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(value), value, "a duration is not negative");
        var text = new StringBuilder();
        var rest = value.Ticks;
        foreach (var (unit, ticks) in Units)
        {
            if (rest / ticks is var count and > 0) text.Append(count).Append(unit);
            rest %= ticks;
        }

        return text.Length == 0 ? "0s" : text.ToString();
    }

    private static int IndexOfUnit(ReadOnlySpan<char> unit, int from)
    {
        for (var i = from; i < Units.Length; i++)
        {
            if (unit.SequenceEqual(Units[i].Unit)) return i;
        }

        return -1;
    }
}
