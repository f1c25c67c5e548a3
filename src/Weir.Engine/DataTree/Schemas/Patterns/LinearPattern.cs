using System.Text.RegularExpressions;

namespace Weir.Engine.DataTree.Schemas.Patterns;

/// <summary>Why a pattern was refused.</summary>
/// <param name="Position">0-based offset in the pattern.</param>
/// <param name="IsSyntax">
/// True when it is no regular expression at all; false when it is one that we do not run.
/// </param>
internal sealed record PatternRefusal(int Position, string Message, bool IsSyntax);

/// <summary>
/// A regular expression of ECMA-262 (with the <c>u</c> flag, as JSON Schema wants) that is matched in time linear in
/// the text, by the non-backtracking engine. Look-around and back-references cannot be, and are refused.
/// </summary>
internal sealed class LinearPattern
{
    public const int MaxLength = 4096;

    private const int StatesPerStep = 64;
    private const int StepsPerMatch = 16;
    private const int MaxShown = 200;

    private readonly string _source;
    private readonly Regex _regex;

    private LinearPattern(string source, Regex regex, int size) => (_source, _regex, Size) = (source, regex, size);

    /// <summary>About how many states it has.</summary>
    public int Size { get; }

    /// <returns>The pattern, or why there is none.</returns>
    public static (LinearPattern? Pattern, PatternRefusal? Refusal) Compile(string source)
    {
        if (source.Length > MaxLength)
            return (null, new PatternRefusal(MaxLength, $"is longer than {MaxLength} characters", false));
        if (HalfSurrogate(source) is >= 0 and var half)
            return (null, new PatternRefusal(half, "holds half of a surrogate pair", true));
        var translated = new EcmaTranslator(source).Translate();
        if (translated.Refusal is not null) return (null, translated.Refusal);
        try
        {
            const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
            var regex = new Regex(translated.Text, Options, Regex.InfiniteMatchTimeout);
            return (new LinearPattern(source, regex, translated.Size), null);
        }
        catch (Exception e) when (e is NotSupportedException or ArgumentException)
        {
            return (null, new PatternRefusal(0, "is too large or unusual for the regular expression engine", false));
        }
    }

    /// <summary>Whether any part of the text matches.</summary>
    public bool IsMatch(ReadOnlySpan<char> text) => _regex.IsMatch(text);

    /// <summary>Steps that a text of so many characters may take.</summary>
    public long Cost(int length) => StepsPerMatch + ((long)length * (1 + (Size / StatesPerStep)) / 4);

    public override string ToString() => _source.Length <= MaxShown ? _source : _source[..MaxShown] + "…";

    private static int HalfSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (!char.IsSurrogatePair(text, i)) return i;
            i++;
        }

        return -1;
    }
}
