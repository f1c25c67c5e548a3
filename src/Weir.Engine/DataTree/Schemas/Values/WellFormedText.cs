using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace Weir.Engine.DataTree.Schemas.Values;

/// <summary>
/// Finds text that is no Unicode before anything reads it: the JSON reader only throws when it is asked for the
/// string.
/// </summary>
internal static class WellFormedText
{
    private const int EscapeLength = 6;

    /// <returns>What is wrong, or null.</returns>
    public static string? Problem(JsonElement value)
    {
        return value.ValueKind == JsonValueKind.Undefined ? "is no value" : Problem(JsonMarshal.GetRawUtf8Value(value));
    }

    /// <param name="raw">May be no JSON at all.</param>
    public static string? Problem(ReadOnlySpan<byte> raw)
    {
        if (!Utf8.IsValid(raw)) return "holds bytes that are no UTF-8";
        for (var at = raw.IndexOf((byte)'\\'); at >= 0; at = Next(raw, at))
        {
            if (Unit(raw, at) is not { } unit) at += 2;
            else if (!char.IsSurrogate(unit)) at += EscapeLength;
            else if (IsPair(raw, at)) at += 2 * EscapeLength;
            else return $"holds half of a surrogate pair, {System.Text.Encoding.ASCII.GetString(raw[at..(at + EscapeLength)])}";
        }

        return null;
    }

    private static int Next(ReadOnlySpan<byte> raw, int from)
    {
        var next = from < raw.Length ? raw[from..].IndexOf((byte)'\\') : -1;
        return next < 0 ? -1 : from + next;
    }

    private static bool IsPair(ReadOnlySpan<byte> raw, int at) =>
        Unit(raw, at) is { } high && char.IsHighSurrogate(high)
        && Unit(raw, at + EscapeLength) is { } low && char.IsLowSurrogate(low);

    /// <returns>What an escape of the form <c>\u0000</c> stands for; null when there is none here.</returns>
    private static char? Unit(ReadOnlySpan<byte> raw, int escape)
    {
        if (escape + EscapeLength > raw.Length || !raw[escape..].StartsWith("\\u"u8)) return null;
        var digits = raw.Slice(escape + 2, EscapeLength - 2);
        return ushort.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit
            : null;
    }
}
