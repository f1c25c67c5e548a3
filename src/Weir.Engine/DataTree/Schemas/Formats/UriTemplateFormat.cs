using System.Globalization;

namespace Weir.Engine.DataTree.Schemas.Formats;

/// <summary>URI templates by the grammar of RFC 6570.</summary>
internal static class UriTemplateFormat
{
    private const string Operators = "+#./;?&=,!@|";
    private const string Forbidden = "\"'<>\\^`|}";
    private const int MaxPrefix = 10_000;

    public static bool IsTemplate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '{')
            {
                var end = text.IndexOf('}', i);
                if (end < 0 || !IsExpression(text[(i + 1)..end])) return false;
                i = end;
            }
            else if (text[i] == '%')
            {
                if (!UriFormats.IsEncoded(text, i)) return false;
            }
            else if (text[i] is <= ' ' or (>= '\u007F' and < '\u00A0') || Forbidden.Contains(text[i])) return false;
        }

        return true;
    }

    private static bool IsExpression(string text)
    {
        if (text.Length > 0 && Operators.Contains(text[0])) text = text[1..];
        return Array.TrueForAll(text.Split(','), IsVariable);
    }

    private static bool IsVariable(string text)
    {
        if (text.EndsWith('*')) return IsName(text[..^1]);
        var colon = text.IndexOf(':');
        if (colon < 0) return IsName(text);
        var prefix = text[(colon + 1)..];
        return IsName(text[..colon]) && prefix is [>= '1' and <= '9', ..]
            && int.TryParse(prefix, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            && length < MaxPrefix;
    }

    private static bool IsName(string text)
    {
        var afterDot = true;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '.' && afterDot) return false;
            afterDot = c == '.';
            if (c == '.' || c == '_' || char.IsAsciiLetterOrDigit(c)) continue;
            if (c != '%' || !UriFormats.IsEncoded(text, i)) return false;
            i += 2;
        }

        return !afterDot;
    }
}
