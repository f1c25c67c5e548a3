namespace Weir.Engine.DataTree.Schemas.Patterns;

/// <summary>The classes of characters that have names in ECMA-262.</summary>
internal static class EcmaClasses
{
    private static readonly Dictionary<string, string> LongNames = new(StringComparer.Ordinal)
    {
        ["Letter"] = "L",
        ["Cased_Letter"] = "LC",
        ["Uppercase_Letter"] = "Lu",
        ["Lowercase_Letter"] = "Ll",
        ["Titlecase_Letter"] = "Lt",
        ["Modifier_Letter"] = "Lm",
        ["Other_Letter"] = "Lo",
        ["Mark"] = "M",
        ["Combining_Mark"] = "M",
        ["Nonspacing_Mark"] = "Mn",
        ["Spacing_Mark"] = "Mc",
        ["Enclosing_Mark"] = "Me",
        ["Number"] = "N",
        ["Decimal_Number"] = "Nd",
        ["digit"] = "Nd",
        ["Letter_Number"] = "Nl",
        ["Other_Number"] = "No",
        ["Punctuation"] = "P",
        ["punct"] = "P",
        ["Connector_Punctuation"] = "Pc",
        ["Dash_Punctuation"] = "Pd",
        ["Open_Punctuation"] = "Ps",
        ["Close_Punctuation"] = "Pe",
        ["Initial_Punctuation"] = "Pi",
        ["Final_Punctuation"] = "Pf",
        ["Other_Punctuation"] = "Po",
        ["Symbol"] = "S",
        ["Math_Symbol"] = "Sm",
        ["Currency_Symbol"] = "Sc",
        ["Modifier_Symbol"] = "Sk",
        ["Other_Symbol"] = "So",
        ["Separator"] = "Z",
        ["Space_Separator"] = "Zs",
        ["Line_Separator"] = "Zl",
        ["Paragraph_Separator"] = "Zp",
        ["Other"] = "C",
        ["Control"] = "Cc",
        ["cntrl"] = "Cc",
        ["Format"] = "Cf",
        ["Private_Use"] = "Co",
        ["Unassigned"] = "Cn",
    };

    /// <summary>What <c>.</c> does not match.</summary>
    public static CodePoints LineEnds { get; } = Of((0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029));

    /// <summary><c>\d \w \s</c> and their opposites; null for another letter.</summary>
    public static CodePoints? Shorthand(char letter) => letter switch
    {
        'd' => Of(('0', '9')),
        'w' => Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')),
        's' => Of(
            (0x09, 0x0D), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029),
            (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF)),
        'D' or 'W' or 'S' => Shorthand(char.ToLowerInvariant(letter))!.Complement(),
        _ => null,
    };

    /// <summary>What stands in the braces of <c>\p{}</c>; null when the engine has no such property.</summary>
    public static CodePoints? Property(string expression, bool negated)
    {
        if (expression is "Any" or "ASCII")
        {
            var all = Of((0, expression == "Any" ? CodePoints.Last : 0x7F));
            return negated ? all.Complement() : all;
        }

        var name = expression;
        foreach (var prefix in new[] { "General_Category=", "gc=" })
        {
            if (expression.StartsWith(prefix, StringComparison.Ordinal)) name = expression[prefix.Length..];
        }

        var category = LongNames.GetValueOrDefault(name, name);
        if (category is "LC" || (category == name && !LongNames.ContainsValue(name))) return null;
        var set = new CodePoints();
        set.AddCategory(category, negated);
        return set;
    }

    private static CodePoints Of(params ReadOnlySpan<(int Low, int High)> ranges)
    {
        var set = new CodePoints();
        foreach (var (low, high) in ranges) set.Add(low, high);
        return set;
    }
}
