using System.Globalization;

namespace Weir.Engine.DataTree.Schemas.Formats;

/// <summary>Names of hosts: RFC 1123 §2.1, and RFC 5890 to 5893 for those with other letters.</summary>
internal static class HostFormats
{
    private const int MaxLength = 253;
    private const int MaxLabel = 63;
    private const string EncodedPrefix = "xn--";

    private static readonly IdnMapping Punycode = new() { UseStd3AsciiRules = false, AllowUnassigned = true };

    public static bool IsHostName(string text) =>
        text.Length is > 0 and <= MaxLength && Array.TrueForAll(text.Split('.'), IsAsciiLabel);

    public static bool IsInternationalHostName(string text)
    {
        // All four are full stops between labels (RFC 3490 §3.1).
        var labels = text.Split('.', '\u3002', '\uFF0E', '\uFF61');
        var length = labels.Length - 1;
        foreach (var label in labels)
        {
            var isAscii = System.Text.Ascii.IsValid(label);
            if (isAscii ? !IsAsciiLabel(label) : !InternationalLabel.IsValid(label)) return false;
            length += isAscii ? label.Length : EncodedLength(label);
        }

        return length is > 0 and <= MaxLength;
    }

    private static bool IsAsciiLabel(string label)
    {
        if (label.Length is 0 or > MaxLabel || label[0] == '-' || label[^1] == '-') return false;
        if (!label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')) return false;
        if (label.Length < 4 || label[2..4] != "--") return true;
        return label.StartsWith(EncodedPrefix, StringComparison.OrdinalIgnoreCase) && IsEncodedLabel(label);
    }

    private static bool IsEncodedLabel(string label)
    {
        try
        {
            var decoded = Punycode.GetUnicode(label.ToLowerInvariant());
            return !System.Text.Ascii.IsValid(decoded) && InternationalLabel.IsValid(decoded);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static int EncodedLength(string label)
    {
        try
        {
            return Punycode.GetAscii(label).Length;
        }
        catch (ArgumentException)
        {
            return MaxLength + 1;
        }
    }
}
