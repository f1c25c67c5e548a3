using System.Globalization;

namespace Weir.Engine.DataTree.Schemas.Patterns;

/// <param name="End">Offset after the escape.</param>
internal sealed record ReadEscape(CodePoints Set, int End, PatternRefusal? Refusal);

/// <summary>Reads what follows a backslash and stands for characters.</summary>
internal sealed class EscapeReader(string source)
{
    private const string Syntax = @"^$\.*+?()[]{}|/";

    /// <param name="at">The backslash.</param>
    public ReadEscape Read(int at, bool inClass)
    {
        if (at + 1 >= source.Length) return Refused(at, at + 1, "the pattern ends in a `\\`");
        var c = source[at + 1];
        if (EcmaClasses.Shorthand(c) is { } set) return new ReadEscape(set, at + 2, null);
        return c switch
        {
            't' => One('\t', at + 2),
            'n' => One('\n', at + 2),
            'v' => One('\v', at + 2),
            'f' => One('\f', at + 2),
            'r' => One('\r', at + 2),
            'b' when inClass => One('\b', at + 2),
            '0' when at + 2 >= source.Length || !char.IsAsciiDigit(source[at + 2]) => One(0, at + 2),
            'c' when at + 2 < source.Length && char.IsAsciiLetter(source[at + 2]) => One(source[at + 2] % 32, at + 3),
            'x' when Hex(at + 2, 2) is { } unit => One(unit, at + 4),
            'u' => ReadUnicode(at),
            'p' or 'P' => ReadProperty(at, c == 'P'),
            '-' => One('-', at + 2),
            _ when Syntax.Contains(c, StringComparison.Ordinal) => One(c, at + 2),
            _ when !char.IsAscii(c) || char.IsAsciiLetterOrDigit(c) => Refused(
                at, at + 2, $"`\\{c}` is no escape of ECMA-262"),
            _ => One(c, at + 2),
        };
    }

    private ReadEscape ReadUnicode(int at)
    {
        if (at + 2 < source.Length && source[at + 2] == '{')
        {
            var end = source.IndexOf('}', at);
            var digits = end < 0 ? 0 : end - at - 3;
            return digits is > 0 and <= 8 && Hex(at + 3, digits) is { } point and <= CodePoints.Last
                ? One(point, end + 1)
                : Refused(at, at + 2, "`\\u{…}` holds the number of a character, at most 10FFFF");
        }

        if (Hex(at + 2, 4) is not { } unit) return Refused(at, at + 2, "`\\u` is followed by four hexadecimal digits");
        if (!char.IsHighSurrogate((char)unit)) return One(unit, at + 6);
        var isPair = at + 7 < source.Length && source[at + 6] == '\\' && source[at + 7] == 'u';
        return isPair && Hex(at + 8, 4) is { } low && char.IsLowSurrogate((char)low)
            ? One(char.ConvertToUtf32((char)unit, (char)low), at + 12)
            : One(unit, at + 6);
    }

    private ReadEscape ReadProperty(int at, bool negated)
    {
        var end = at + 2 < source.Length && source[at + 2] == '{' ? source.IndexOf('}', at) : -1;
        if (end < 0) return Refused(at, at + 2, "`\\p` is followed by the name of a property in braces");
        var name = source[(at + 3)..end];
        return EcmaClasses.Property(name, negated) is { } set
            ? new ReadEscape(set, end + 1, null)
            : new ReadEscape(
                new CodePoints(), end + 1,
                new PatternRefusal(at, $"the property `{name}` is not supported, only general categories are", false));
    }

    /// <returns>Null when these are no hexadecimal digits.</returns>
    private int? Hex(int at, int digits) =>
        at + digits <= source.Length
        && int.TryParse(
            source.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    private static ReadEscape One(int codePoint, int end)
    {
        var set = new CodePoints();
        set.Add(codePoint, codePoint);
        return new ReadEscape(set, end, null);
    }

    private static ReadEscape Refused(int at, int end, string message) =>
        new(new CodePoints(), end, new PatternRefusal(at, message, true));
}
