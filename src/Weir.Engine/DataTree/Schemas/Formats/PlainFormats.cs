using Weir.Engine.DataTree.Schemas.Patterns;

namespace Weir.Engine.DataTree.Schemas.Formats;

internal static class PlainFormats
{
    public static bool IsUuid(string text)
    {
        if (text.Length != 36) return false;
        for (var i = 0; i < text.Length; i++)
        {
            if (i is 8 or 13 or 18 or 23 ? text[i] != '-' : !char.IsAsciiHexDigit(text[i])) return false;
        }

        return true;
    }

    public static bool IsJsonPointer(string text)
    {
        if (text.Length > 0 && text[0] != '/') return false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '~' && (i + 1 == text.Length || text[i + 1] is not ('0' or '1'))) return false;
        }

        return true;
    }

    public static bool IsRelativeJsonPointer(string text)
    {
        var digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits])) digits++;
        if (digits == 0 || (digits > 1 && text[0] == '0')) return false;
        return text[digits..] is "#" || IsJsonPointer(text[digits..]);
    }

    /// <summary>Also one that we would not run.</summary>
    public static bool IsRegex(string text) => LinearPattern.Compile(text).Refusal is not { IsSyntax: true };
}
