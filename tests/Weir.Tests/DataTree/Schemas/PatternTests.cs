using System.Globalization;
using Weir.Engine.DataTree.Schemas.Patterns;

namespace Weir.Tests.DataTree.Schemas;

/// <summary>Patterns mean what ECMA-262 says with its <c>u</c> flag.</summary>
public sealed class PatternTests
{
    [Theory]
    [InlineData("^abc$", "abc\n", false)]
    [InlineData("b", "abc", true)]
    [InlineData(@"^\d+$", "42", true)]
    [InlineData(@"^\d$", "\u0663", false)]
    [InlineData(@"^\D$", "\u0663", true)]
    [InlineData(@"^\w$", "é", false)]
    [InlineData(@"^\W$", "é", true)]
    [InlineData(@"^\s+$", " \t\n\v\f\r\u00a0\ufeff\u2003\u2028\u2029", true)]
    [InlineData(@"^\S$", "\u0085", true)]
    [InlineData(@"^.$", "\u2028", false)]
    [InlineData(@"^.$", "\u0085", true)]
    [InlineData(@"^.$", "😀", true)]
    [InlineData(@"^..$", "😀", false)]
    [InlineData(@"^😀{2}$", "😀😀", true)]
    [InlineData(@"^[😀-😎]+$", "😅😎", true)]
    [InlineData(@"^[😀-😎]$", "😏", false)]
    [InlineData(@"^[^a]$", "😀", true)]
    [InlineData(@"^[^a]{2}$", "😀", false)]
    [InlineData(@"^[^😀]$", "😀", false)]
    [InlineData(@"^[\u{10000}-\u{10FFFF}]$", "\U0010FFFF", true)]
    [InlineData(@"^\ud83d\ude00$", "😀", true)]
    [InlineData(@"^\u{1F600}\x41\cA\0$", "😀A\u0001\0", true)]
    [InlineData(@"^\p{Letter}\p{Lu}\P{L}\p{gc=Nd}$", "éÉ1\u0663", true)]
    [InlineData(@"^\P{L}$", "😀", true)]
    [InlineData(@"^[\p{L}\d]+$", "aé1", true)]
    [InlineData(@"^[^\p{L}]$", "é", false)]
    [InlineData(@"^[\w.-]+@[\w-]+\.[a-z]{2,}$", "a.b@c-d.org", true)]
    [InlineData(@"^[a\]b[]+$", "a[]b", true)]
    [InlineData(@"^[a-]+$", "a-a", true)]
    [InlineData(@"^[a-z-[aeiou]+$", "b-[", true)]
    [InlineData("[]", "a", false)]
    [InlineData("^[^]$", "\n", true)]
    [InlineData(@"^(?<year>\d{4})-(\d\d)$", "2026-11", true)]
    [InlineData(@"^(a|b)*?c+?$", "abacc", true)]
    [InlineData(@"\bfoo\b", "a foo b", true)]
    [InlineData(@"^(?:)$", "", true)]
    public void A_pattern_matches_as_in_the_standard(string pattern, string text, bool matches)
    {
        var (compiled, refusal) = LinearPattern.Compile(pattern);
        Assert.True(compiled is not null, refusal?.Message);
        Assert.Equal(matches, compiled.IsMatch(text));
    }

    [Theory]
    [InlineData("a(b", 1, "this `(` is not closed")]
    [InlineData("ab)", 2, "this `)` closes nothing")]
    [InlineData("[a", 0, "this `[` is not closed")]
    [InlineData("*a", 0, "there is nothing to repeat here")]
    [InlineData("a**", 2, "there is nothing to repeat here")]
    [InlineData("a{2,1}", 1, "this repeat is the wrong way round")]
    [InlineData("a{", 1, "a `{` for itself is written `\\{`")]
    [InlineData("[z-a]", 1, "this range is the wrong way round")]
    [InlineData(@"[\d-z]", 1, "a range goes from one character to another")]
    [InlineData(@"\a", 0, "`\\a` is no escape of ECMA-262")]
    [InlineData(@"\Z", 0, "`\\Z` is no escape of ECMA-262")]
    [InlineData(@"(?>a)", 0, "there is no such group in ECMA-262")]
    [InlineData(@"a\", 1, "the pattern ends in a `\\`")]
    [InlineData(@"\u12", 0, "`\\u` is followed by four hexadecimal digits")]
    public void A_pattern_that_is_none_is_refused_with_its_place(string pattern, int position, string message) =>
        Assert.Equal((position, message, true), Refusal(pattern));

    [Theory]
    [InlineData("a(?=b)", 1, "look-around `(?=…)` cannot be matched in linear time")]
    [InlineData("(?<!a)b", 0, "look-around `(?<!…)` cannot be matched in linear time")]
    [InlineData(@"(a)\1", 3, "a back-reference cannot be matched in linear time")]
    [InlineData(@"(?<n>a)\k<n>", 7, "a back-reference cannot be matched in linear time")]
    [InlineData(@"\p{Script=Greek}", 0, "the property `Script=Greek` is not supported, only general categories are")]
    [InlineData("(a{100}){100}", 0, "repeats so often that it has more than 5000 states")]
    [InlineData("a{99999999999999999999}", 1, "a repeat of more than 5000 times is too large")]
    public void A_pattern_that_would_not_be_linear_is_refused(string pattern, int position, string message) =>
        Assert.Equal((position, message, false), Refusal(pattern));

    [Fact]
    public void Half_a_character_is_no_pattern() =>
        Assert.Equal((1, "holds half of a surrogate pair", true), Refusal("a" + (char)0xD800));

    [Fact]
    public void Any_text_is_a_pattern_or_refused()
    {
        const string Letters = @"ab01\(){}[]|*+?^$.-dwpuxk<>=!:,😀";
        var random = new Random(11);
        for (var round = 0; round < 3000; round++)
        {
            var pattern = new string(random.GetItems<char>(Letters, random.Next(1, 14)));
            var (compiled, refusal) = LinearPattern.Compile(pattern);
            Assert.True((compiled is null) == (refusal is not null), pattern);
            compiled?.IsMatch("ab01 😀");
        }
    }

    private static (int, string, bool) Refusal(string pattern)
    {
        var refusal = LinearPattern.Compile(pattern).Refusal;
        Assert.True(refusal is not null, string.Create(CultureInfo.InvariantCulture, $"{pattern} was accepted"));
        return (refusal.Position, refusal.Message, refusal.IsSyntax);
    }
}
