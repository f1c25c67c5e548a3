namespace Weir.Engine.DataTree.Schemas.Formats;

/// <summary>Mailboxes of RFC 5321 §4.1.2, with the wider characters of RFC 6531 where they are asked for.</summary>
internal static class MailFormats
{
    private const string Marks = "!#$%&'*+-/=?^_`{|}~";
    private const int MaxLocal = 64;

    public static bool IsAddress(string text, bool international)
    {
        var at = text.LastIndexOf('@');
        return at > 0 && IsLocal(text[..at], international) && IsDomain(text[(at + 1)..], international);
    }

    private static bool IsLocal(string text, bool international)
    {
        if (text.Length > MaxLocal) return false;
        if (text is ['"', .., '"'] && text.Length > 1) return IsQuoted(text[1..^1], international);
        return Array.TrueForAll(text.Split('.'), atom => atom.Length > 0 && atom.All(c => IsAtom(c, international)));
    }

    private static bool IsAtom(char c, bool international) =>
        char.IsAsciiLetterOrDigit(c) || Marks.Contains(c) || (international && c >= 0x80);

    private static bool IsQuoted(string text, bool international)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"' || (text[i] == '\\' && ++i == text.Length)) return false;
            if (text[i] is < ' ' or '\u007F' || (text[i] >= 0x80 && !international)) return false;
        }

        return true;
    }

    private static bool IsDomain(string text, bool international)
    {
        if (text is not ['[', .., ']'])
            return international ? HostFormats.IsInternationalHostName(text) : HostFormats.IsHostName(text);
        const string Version6 = "IPv6:";
        var address = text[1..^1];
        return address.StartsWith(Version6, StringComparison.OrdinalIgnoreCase)
            ? AddressFormats.IsVersion6(address[Version6.Length..])
            : AddressFormats.IsVersion4(address);
    }
}
