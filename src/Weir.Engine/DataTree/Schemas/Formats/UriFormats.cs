using System.Globalization;
using Weir.Engine.DataTree.Schemas.Values;

namespace Weir.Engine.DataTree.Schemas.Formats;

/// <summary>URIs by the grammar of RFC 3986, IRIs by that of RFC 3987.</summary>
internal static class UriFormats
{
    private const string Marks = "-._~!$&'()*+,;=:@";

    public static bool IsUri(string text, bool international) =>
        UriReference.SchemeEnd(text) > 0 && IsReference(text, international);

    public static bool IsReference(string text, bool international)
    {
        var (rest, fragment) = Cut(text, '#');
        (rest, var query) = Cut(rest, '?');
        if (!IsPart(fragment, "/?", international, false)) return false;
        if (!IsPart(query, "/?", international, international)) return false;
        var scheme = UriReference.SchemeEnd(rest);
        if (scheme > 0) rest = rest[(scheme + 1)..];
        if (!rest.StartsWith("//", StringComparison.Ordinal))
            return IsPart(rest, "/", international, false) && (scheme > 0 || !rest.Split('/')[0].Contains(':'));
        var slash = rest.IndexOf('/', 2);
        var authority = slash < 0 ? rest[2..] : rest[2..slash];
        return IsAuthority(authority, international) && (slash < 0 || IsPart(rest[slash..], "/", international, false));
    }

    private static (string Before, string After) Cut(string text, char at)
    {
        var found = text.IndexOf(at);
        return found < 0 ? (text, "") : (text[..found], text[(found + 1)..]);
    }

    private static bool IsAuthority(string text, bool international)
    {
        var at = text.LastIndexOf('@');
        var user = at < 0 ? "" : text[..at];
        var host = text[(at + 1)..];
        if (user.Contains('@') || !IsPart(user, "", international, false)) return false;
        var bracket = host.LastIndexOf(']');
        var colon = host.LastIndexOf(':');
        if (colon > bracket)
        {
            if (!host[(colon + 1)..].All(char.IsAsciiDigit)) return false;
            host = host[..colon];
        }

        if (host.StartsWith('[')) return host.EndsWith(']') && IsLiteral(host[1..^1]);
        return !host.Contains(':') && !host.Contains('@') && IsPart(host, "", international, false);
    }

    private static bool IsLiteral(string text)
    {
        if (text is not ['v' or 'V', ..]) return AddressFormats.IsVersion6(text);
        var (version, address) = Cut(text[1..], '.');
        return version.Length > 0 && version.All(char.IsAsciiHexDigit) && address.Length > 0
            && address.All(c => char.IsAsciiLetterOrDigit(c) || (c != '@' && Marks.Contains(c)));
    }

    /// <param name="more">What may stand here besides the characters of a path's segment.</param>
    private static bool IsPart(string text, string more, bool international, bool mayBePrivate)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsAsciiLetterOrDigit(c) || Marks.Contains(c) || more.Contains(c)) continue;
            if (c == '%')
            {
                if (!IsEncoded(text, i)) return false;
                i += 2;
            }
            else if (!international || c < 0xA0 || !IsInternational(text, i, mayBePrivate)) return false;
            else if (char.IsSurrogate(c)) i++;
        }

        return true;
    }

    /// <summary>Whether a percent sign has its two digits.</summary>
    public static bool IsEncoded(string text, int at) =>
        at + 2 < text.Length && char.IsAsciiHexDigit(text[at + 1]) && char.IsAsciiHexDigit(text[at + 2]);

    private static bool IsInternational(string text, int at, bool mayBePrivate)
    {
        if (char.IsSurrogate(text[at]) && !char.IsSurrogatePair(text, at)) return false;
        var point = char.ConvertToUtf32(text, at);
        var isPrivate = CharUnicodeInfo.GetUnicodeCategory(point) == UnicodeCategory.PrivateUse;
        var isNone = point is (>= 0xFDD0 and <= 0xFDEF) or (>= 0xFFF0 and <= 0xFFFF) || (point & 0xFFFE) == 0xFFFE;
        return !isNone && (!isPrivate || mayBePrivate);
    }
}
