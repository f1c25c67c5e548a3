using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Weir.Engine.Definitions.Formats.Edn;

/// <summary>Tells what a run of characters between blanks and brackets is.</summary>
internal static partial class EdnToken
{
    private const int MaxDigits = 1000;

    /// <summary>A value, or what is wrong.</summary>
    public static (EdnValue? Value, string Mistake) Read(string token, Place place)
    {
        switch (token)
        {
            case "":
                return (null, "a character stands alone that begins nothing");
            case "nil":
                return (new EdnNil(place), "");
            case "true" or "false":
                return (new EdnBoolean(token == "true", place), "");
            case "/":
                return (new EdnSymbol(token, place), "");
        }

        if (token[0] == ':')
        {
            // Clojure also takes a digit after the colon
            return token.Length > 1 && token[1] != '/' && IsName("k" + token[1..])
                ? (new EdnKeyword(token[1..], place), "")
                : (null, $"`{token}` is no keyword");
        }

        if (char.IsAsciiDigit(token[0]) || (token.Length > 1 && token[0] is '+' or '-' && char.IsAsciiDigit(token[1])))
            return ReadNumber(token, place);
        return IsName(token) ? (new EdnSymbol(token, place), "") : (null, $"`{token}` is no symbol");
    }

    /// <summary>What follows a backslash; null when it names no character.</summary>
    public static EdnCharacter? Character(string token, Place place)
    {
        var value = token switch
        {
            "newline" => "\n",
            "return" => "\r",
            "space" => " ",
            "tab" => "\t",
            "formfeed" => "\f",
            "backspace" => "\b",
            ['u', _, _, _, _] when Hex(token.AsSpan(1)) is { } unit => unit.ToString(),
            [var only] when !char.IsWhiteSpace(only) => token,
            [var high, var low] when char.IsSurrogatePair(high, low) => token,
            _ => null,
        };
        return value is null ? null : new EdnCharacter(value, place);
    }

    public static char? Hex(ReadOnlySpan<char> digits) =>
        ushort.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit
            : null;

    private static (EdnValue? Value, string Mistake) ReadNumber(string token, Place place)
    {
        if (token.Length > MaxDigits) return (null, $"the number is longer than {MaxDigits} digits");
        if (token.Contains('/')) return (null, $"`{token}`: EDN has no ratios");
        if (Integer().IsMatch(token))
            return (new EdnInteger(BigInteger.Parse(token.TrimEnd('N'), CultureInfo.InvariantCulture), place), "");
        if (Float().IsMatch(token)) return (new EdnFloat(token.TrimEnd('M'), token.EndsWith('M'), place), "");
        return (null, $"`{token}` is no number");
    }

    /// <summary>A name, or two parted by one <c>/</c>.</summary>
    private static bool IsName(string text)
    {
        if (text == "/") return true;
        var slash = text.IndexOf('/');
        return slash < 0 ? IsPart(text) : IsPart(text[..slash]) && (text[slash..] == "//" || IsPart(text[(slash + 1)..]));
    }

    private static bool IsPart(string text) => Part().IsMatch(text);

    [GeneratedRegex(@"^[+-]?(0|[1-9][0-9]*)N?\z")]
    private static partial Regex Integer();

    [GeneratedRegex(@"^[+-]?(0|[1-9][0-9]*)((\.[0-9]*)?([eE][+-]?[0-9]+)?M?)\z")]
    private static partial Regex Float();

    [GeneratedRegex(@"^(?![+.-]?[0-9])[\p{L}\p{N}.*+!\-_?$%&=<>#:'|]+\z")]
    private static partial Regex Part();
}
