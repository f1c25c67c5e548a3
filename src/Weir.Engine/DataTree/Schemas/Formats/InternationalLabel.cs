using System.Globalization;
using System.Text;

namespace Weir.Engine.DataTree.Schemas.Formats;

/// <summary>
/// Labels of RFC 5891 §4.2. Which characters may stand in one is derived from their Unicode category and the
/// exceptions of RFC 5892 §2.6; its tables of joining types are known for the virama only.
/// </summary>
internal static class InternationalLabel
{
    private const int MiddleDot = 0xB7;
    private const int Keraia = 0x375;
    private const int Geresh = 0x5F3;
    private const int Gershayim = 0x5F4;
    private const int KatakanaMiddleDot = 0x30FB;
    private const int NonJoiner = 0x200C;
    private const int Joiner = 0x200D;

    // RFC 5892 §2.6.
    private static readonly HashSet<int> Allowed = [0xDF, 0x3C2, 0x6FD, 0x6FE, 0xF0B, 0x3007];
    private static readonly HashSet<int> Disallowed =
        [0x640, 0x7FA, 0x302E, 0x302F, 0x3031, 0x3032, 0x3033, 0x3034, 0x3035, 0x303B];

    private static readonly HashSet<int> Viramas =
    [
        0x94D, 0x9CD, 0xA4D, 0xACD, 0xB4D, 0xBCD, 0xC4D, 0xCCD, 0xD3B, 0xD3C, 0xD4D, 0xDCA, 0xE3A, 0xEBA, 0xF84, 0x1039,
        0x103A, 0x1714, 0x1734, 0x17D2, 0x1A60, 0x1B44, 0x1BAA, 0x1BAB, 0x1BF2, 0x1BF3, 0x2D7F, 0xA806, 0xA8C4, 0xA953,
        0xA9C0, 0xAAF6, 0xABED,
    ];

    public static bool IsValid(string label)
    {
        if (label.Length == 0 || label[0] == '-' || label[^1] == '-') return false;
        if (label.Length >= 4 && label[2] == '-' && label[3] == '-') return false;
        var runes = label.EnumerateRunes().Select(rune => rune.Value).ToList();
        if (IsMark(runes[0]) || runes.Contains(Rune.ReplacementChar.Value)) return false;
        if (runes.Exists(IsArabicDigit) && runes.Exists(IsExtendedArabicDigit)) return false;
        for (var i = 0; i < runes.Count; i++)
        {
            if (!IsAllowed(runes[i]) && !IsAllowedHere(runes, i)) return false;
        }

        return true;
    }

    private static bool IsAllowedHere(List<int> label, int at)
    {
        var before = at > 0 ? label[at - 1] : -1;
        var after = at + 1 < label.Count ? label[at + 1] : -1;
        return label[at] switch
        {
            MiddleDot => before == 'l' && after == 'l',
            Keraia => after is (>= 0x370 and <= 0x3FF) or (>= 0x1F00 and <= 0x1FFF),
            Geresh or Gershayim => before is >= 0x590 and <= 0x5FF,
            KatakanaMiddleDot => label.Exists(IsJapanese),
            Joiner => Viramas.Contains(before),
            NonJoiner => Viramas.Contains(before) || (IsArabic(before) && IsArabic(after)),
            _ => false,
        };
    }

    private static bool IsAllowed(int point)
    {
        if (Allowed.Contains(point)) return true;
        if (Disallowed.Contains(point) || IsOldHangul(point)) return false;
        if (point < 0x80) return char.IsAsciiLetterLower((char)point) || char.IsAsciiDigit((char)point) || point == '-';
        return CharUnicodeInfo.GetUnicodeCategory(point) is UnicodeCategory.LowercaseLetter
            or UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.NonSpacingMark
            or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber;
    }

    /// <summary>The jamo of RFC 5892 §2.9.</summary>
    private static bool IsOldHangul(int point) =>
        point is (>= 0x1100 and <= 0x11FF) or (>= 0xA960 and <= 0xA97F) or (>= 0xD7B0 and <= 0xD7FF);

    private static bool IsMark(int point) => CharUnicodeInfo.GetUnicodeCategory(point) is UnicodeCategory.NonSpacingMark
        or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    private static bool IsArabicDigit(int point) => point is >= 0x660 and <= 0x669;

    private static bool IsExtendedArabicDigit(int point) => point is >= 0x6F0 and <= 0x6F9;

    private static bool IsArabic(int point) => point is >= 0x620 and <= 0x6FF;

    /// <summary>Hiragana, Katakana or Han, apart from the middle dot itself.</summary>
    private static bool IsJapanese(int point) =>
        point is (>= 0x3041 and <= 0x3096) or (>= 0x30A1 and <= 0x30FA) or (>= 0x30FC and <= 0x30FF)
            or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or 0x3005 or 0x3007;
}
