using System.Buffers;
using System.Globalization;

namespace Weir.Engine.Definitions;

/// <summary>
/// Sizes as people write them: a number and one of the units <c>B KiB MiB GiB TiB</c>: <c>512MiB</c>, <c>1.5GiB</c>.
/// </summary>
public static class ByteSize
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    public static bool TryParse(string? text, out long bytes)
    {
        bytes = 0;
        if (string.IsNullOrEmpty(text)) return false;
        var digits = text.AsSpan().IndexOfAnyExcept(Digits);
        if (digits <= 0) return false;
        var unit = Array.IndexOf(Units, text[digits..]);
        if (unit < 0 || text[0] == '.' || text[digits - 1] == '.') return false;
        const NumberStyles style = NumberStyles.AllowDecimalPoint;
        var digitsOnly = text.AsSpan(0, digits);
        if (!decimal.TryParse(digitsOnly, style, CultureInfo.InvariantCulture, out var number)) return false;
        if (number > 1_000_000_000) return false;
        bytes = (long)(number * (1L << (10 * unit)));
        return true;
    }

    /// <summary>For people: <c>512 B</c>, <c>1.5 GiB</c>; to a tenth of the unit.</summary>
    public static string Format(long bytes)
    {
        double value = bytes;
        var unit = 0;
        while (value >= 1024 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return value.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture) + " " + Units[unit];
    }

    /// <summary>
    /// What was probably meant by <c>2GB</c>, <c>512m</c> or <c>1024</c>; null when nothing comes to mind.
    /// </summary>
    internal static string? Suggest(string text)
    {
        var digits = text.AsSpan().IndexOfAnyExcept(Digits);
        var number = digits < 0 ? text : text[..digits];
        var unit = digits < 0 ? "" : text[digits..].Trim().ToUpperInvariant();
        var full = unit switch
        {
            "" or "B" => "B",
            "K" or "KB" or "KIB" => "KiB",
            "M" or "MB" or "MIB" => "MiB",
            "G" or "GB" or "GIB" => "GiB",
            "T" or "TB" or "TIB" => "TiB",
            _ => null,
        };
        return full is not null && TryParse(number + full, out _) ? number + full : null;
    }
}
