using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Weir.Engine.DataTree.Schemas.Values;

/// <summary>
/// A JSON number exactly as it is written: its digits, without zeros at either end, times a power of ten. Comparison
/// takes time in the length of the text, however large the exponent.
/// </summary>
internal readonly record struct ExactNumber
{
    private const int MaxExponentDigits = 17;

    private ExactNumber(bool negative, string digits, long exponent)
    {
        Digits = digits;
        IsNegative = negative && digits.Length > 0;
        Exponent = digits.Length > 0 ? exponent : 0;
    }

    /// <summary>Empty for zero.</summary>
    public string Digits { get; }

    public long Exponent { get; }

    public bool IsNegative { get; }

    public bool IsZero => Digits.Length == 0;

    public bool IsWhole => Exponent >= 0;

    /// <returns>Null when the exponent has more than 17 digits.</returns>
    public static ExactNumber? Read(JsonElement number) => Read(JsonMarshal.GetRawUtf8Value(number));

    public static ExactNumber? Read(ReadOnlySpan<byte> text)
    {
        var negative = text is [(byte)'-', ..];
        if (negative) text = text[1..];
        var mark = text.IndexOfAny((byte)'e', (byte)'E');
        if (!TryReadExponent(mark < 0 ? default : text[(mark + 1)..], out var exponent)) return null;
        var mantissa = mark < 0 ? text : text[..mark];
        var point = mantissa.IndexOf((byte)'.');
        var digits = Encoding.ASCII.GetString(mantissa);
        if (point >= 0) digits = digits.Remove(point, 1);
        if (point >= 0) exponent -= mantissa.Length - point - 1;
        var stripped = digits.TrimEnd('0');
        return new ExactNumber(negative, stripped.TrimStart('0'), exponent + digits.Length - stripped.Length);
    }

    /// <returns>Less than, equal to or more than zero, as usual.</returns>
    public int ComparedTo(ExactNumber other)
    {
        if (Sign != other.Sign) return Sign.CompareTo(other.Sign);
        var order = Magnitude.CompareTo(other.Magnitude);
        if (order == 0) order = string.CompareOrdinal(Digits, other.Digits);
        return IsNegative ? -order : order;
    }

    /// <param name="divisor">Greater than zero.</param>
    public bool IsMultipleOf(ExactNumber divisor)
    {
        if (IsZero) return true;

        // This number's digits do not end in zero, so no multiple of a larger power of ten can be equal to it.
        var shift = Exponent - divisor.Exponent;
        if (shift < 0) return false;
        var modulus = BigInteger.Parse(divisor.Digits, CultureInfo.InvariantCulture);
        return Remainder(modulus) * BigInteger.ModPow(10, shift, modulus) % modulus == 0;
    }

    /// <summary>The same text for equal numbers.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(IsNegative ? "-" : "")}{Digits}e{Exponent}");

    private int Sign => IsZero ? 0 : IsNegative ? -1 : 1;

    private long Magnitude => Exponent + Digits.Length;

    /// <summary>In chunks, because making one large integer of many digits is not linear.</summary>
    private BigInteger Remainder(BigInteger modulus)
    {
        const int Chunk = 18;
        var remainder = BigInteger.Zero;
        for (var at = 0; at < Digits.Length; at += Chunk)
        {
            var part = Digits.AsSpan(at, Math.Min(Chunk, Digits.Length - at));
            var scale = BigInteger.Pow(10, part.Length);
            remainder = ((remainder * scale) + long.Parse(part, CultureInfo.InvariantCulture)) % modulus;
        }

        return remainder;
    }

    private static bool TryReadExponent(ReadOnlySpan<byte> text, out long exponent)
    {
        exponent = 0;
        if (text.IsEmpty) return true;
        var negative = text[0] == '-';
        var digits = text.TrimStart("+-"u8).TrimStart((byte)'0');
        if (digits.Length > MaxExponentDigits) return false;
        foreach (var digit in digits) exponent = (exponent * 10) + (digit - '0');
        if (negative) exponent = -exponent;
        return true;
    }
}
