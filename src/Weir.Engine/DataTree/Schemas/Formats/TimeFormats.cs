using System.Text.RegularExpressions;

namespace Weir.Engine.DataTree.Schemas.Formats;

/// <summary>Dates, times and durations of RFC 3339.</summary>
internal static class TimeFormats
{
    private const int MinutesPerDay = 24 * 60;

    private static readonly Regex Duration = new(
        @"\AP(?:[0-9]+W|(?:[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)(?:T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S))?|T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S))\z",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant,
        Regex.InfiniteMatchTimeout);

    public static bool IsDuration(string text) => Duration.IsMatch(text);

    public static bool IsDateTime(string text) =>
        text.Length > 11 && text[10] is 'T' or 't' && IsDate(text.AsSpan(0, 10)) && IsTime(text.AsSpan(11));

    public static bool IsDate(string text) => IsDate(text.AsSpan());

    public static bool IsTime(string text) => IsTime(text.AsSpan());

    private static bool IsDate(ReadOnlySpan<char> text)
    {
        if (text.Length != 10 || text[4] != '-' || text[7] != '-') return false;
        var (year, month, day) = (Number(text[..4]), Number(text[5..7]), Number(text[8..]));
        return year >= 0 && month is >= 1 and <= 12 && day >= 1 && day <= DaysIn(year, month);
    }

    // The calendar repeats every 400 years, and the framework's has no year 0.
    private static int DaysIn(int year, int month) => DateTime.DaysInMonth((year % 400) + 400, month);

    private static bool IsTime(ReadOnlySpan<char> text)
    {
        if (text.Length < 9 || text[2] != ':' || text[5] != ':') return false;
        var (hour, minute, second) = (Number(text[..2]), Number(text[3..5]), Number(text[6..8]));
        if (hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 60) return false;
        var rest = text[8..];
        if (rest[0] == '.')
        {
            var digits = rest[1..].IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0) return false;
            rest = rest[(1 + digits)..];
        }

        // A leap second ends a day of UTC.
        return IsOffset(rest, out var offset) && (second < 60 || IsLastMinute((hour * 60) + minute - offset));
    }

    private static bool IsLastMinute(int minute) =>
        (minute + (2 * MinutesPerDay)) % MinutesPerDay == MinutesPerDay - 1;

    private static bool IsOffset(ReadOnlySpan<char> text, out int minutes)
    {
        minutes = 0;
        if (text is "Z" or "z") return true;
        if (text.Length != 6 || text[0] is not ('+' or '-') || text[3] != ':') return false;
        var (hour, minute) = (Number(text[1..3]), Number(text[4..]));
        minutes = ((hour * 60) + minute) * (text[0] == '-' ? -1 : 1);
        return hour is >= 0 and <= 23 && minute is >= 0 and <= 59;
    }

    /// <returns>-1 when not all are digits.</returns>
    private static int Number(ReadOnlySpan<char> digits)
    {
        var value = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit(digit)) return -1;
            value = (value * 10) + (digit - '0');
        }

        return value;
    }
}
