namespace Weir.Engine.DataTree.Schemas.Formats;

/// <summary>Addresses of the Internet as RFC 2673 §3.2 and RFC 4291 §2.2 write them.</summary>
internal static class AddressFormats
{
    private const int Groups = 8;

    public static bool IsVersion4(string text)
    {
        var parts = text.Split('.', 5);
        return parts.Length == 4 && Array.TrueForAll(parts, IsByte);
    }

    public static bool IsVersion6(string text)
    {
        if (text.Length > 45) return false;
        var gap = text.IndexOf("::", StringComparison.Ordinal);
        if (gap < 0) return CountGroups(text, mayEndIn4: true) == Groups;
        var (head, tail) = (text[..gap], text[(gap + 2)..]);
        var before = head.Length == 0 ? 0 : CountGroups(head, mayEndIn4: false);
        var after = tail.Length == 0 ? 0 : CountGroups(tail, mayEndIn4: true);
        return before >= 0 && after >= 0 && before + after < Groups;
    }

    /// <returns>-1 when it is no list of groups.</returns>
    private static int CountGroups(string text, bool mayEndIn4)
    {
        var groups = text.Split(':');
        var last = groups[^1];
        var endsIn4 = mayEndIn4 && last.Contains('.') && IsVersion4(last);
        var plain = endsIn4 ? groups[..^1] : groups;
        return Array.TrueForAll(plain, IsGroup) ? plain.Length + (endsIn4 ? 2 : 0) : -1;
    }

    private static bool IsGroup(string text) => text.Length is >= 1 and <= 4 && text.All(char.IsAsciiHexDigit);

    private static bool IsByte(string text) =>
        text.Length is >= 1 and <= 3 && text.All(char.IsAsciiDigit) && (text.Length == 1 || text[0] != '0')
        && int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) <= byte.MaxValue;
}
