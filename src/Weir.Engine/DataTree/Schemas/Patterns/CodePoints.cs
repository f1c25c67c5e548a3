using System.Globalization;
using System.Text;

namespace Weir.Engine.DataTree.Schemas.Patterns;

/// <summary>
/// A set of characters, written as a regular expression over UTF-16: what lies beyond the first plane becomes pairs of
/// surrogates, so that a class stands for one character of the text and not for half of one.
/// </summary>
internal sealed class CodePoints
{
    public const int Last = 0x10FFFF;

    private const int FirstAstral = 0x10000;
    private const int FirstSurrogate = 0xD800;
    private const int LastSurrogate = 0xDFFF;

    private readonly List<(int Low, int High)> _ranges = [];
    private readonly StringBuilder _categories = new();
    private bool _allAstral;

    /// <summary>The only character of the set, or null.</summary>
    public int? Single =>
        _ranges is [var (low, high)] && low == high && _categories.Length == 0 ? low : null;

    public void Add(int low, int high) => _ranges.Add((low, high));

    public void Add(CodePoints other)
    {
        _ranges.AddRange(other._ranges);
        _categories.Append(other._categories);
        _allAstral |= other._allAstral;
    }

    /// <summary>A general category; the engine knows them for the first plane only.</summary>
    public void AddCategory(string name, bool negated)
    {
        _categories.Append(negated ? @"\P{" : @"\p{").Append(name).Append('}');
        _allAstral |= negated;
    }

    public CodePoints Complement()
    {
        var complement = new CodePoints();
        var next = 0;
        foreach (var (low, high) in _ranges.Order())
        {
            if (low > next) complement.Add(next, low - 1);
            next = Math.Max(next, high + 1);
        }

        if (next <= Last) complement.Add(next, Last);
        return complement;
    }

    public string ToRegex(bool negated)
    {
        var plane = Plane(negated);
        var pairs = Pairs(negated);
        return pairs.Count == 0 ? plane : $"(?:{plane}|{string.Join('|', pairs)})";
    }

    private string Plane(bool negated)
    {
        var pieces = new StringBuilder();
        foreach (var (low, high) in _ranges.Where(range => range.Low < FirstAstral))
        {
            Write(pieces, low, Math.Min(high, FirstSurrogate - 1));
            Write(pieces, Math.Max(low, LastSurrogate + 1), Math.Min(high, FirstAstral - 1));
        }

        pieces.Append(_categories);
        if (negated) return $@"[^{pieces}\uD800-\uDFFF]";
        if (pieces.Length == 0) return @"[^\s\S]";
        return _categories.Length == 0 ? $"[{pieces}]" : $@"[{pieces}-[\uD800-\uDFFF]]";
    }

    private List<string> Pairs(bool negated)
    {
        var ranges = _allAstral ? [(FirstAstral, Last)] : _ranges;
        var astral = new CodePoints();
        foreach (var (low, high) in ranges.Where(range => range.High >= FirstAstral))
            astral.Add(Math.Max(low, FirstAstral), high);
        if (negated)
        {
            astral.Add(0, FirstAstral - 1);
            astral = astral.Complement();
        }

        return [.. astral._ranges.SelectMany(range => Pairs(range.Low, range.High))];
    }

    private static IEnumerable<string> Pairs(int low, int high)
    {
        const int Block = 0x400;
        while (low <= high)
        {
            // Whole blocks of one high surrogate are written together; a part of a block stands alone.
            var whole = low % Block == 0 && high - low >= Block - 1;
            var end = whole ? low + ((high - low + 1) / Block * Block) - 1 : Math.Min(high, low | (Block - 1));
            var (from, to) = (char.ConvertFromUtf32(low), char.ConvertFromUtf32(end));
            yield return Class(from[0], to[0]) + Class(from[1], to[1]);
            low = end + 1;
        }
    }

    private static string Class(int low, int high)
    {
        var text = new StringBuilder("[");
        Write(text, low, high);
        return text.Append(']').ToString();
    }

    private static void Write(StringBuilder text, int low, int high)
    {
        if (low > high) return;
        text.Append(CultureInfo.InvariantCulture, $"\\u{low:X4}");
        if (high > low) text.Append(CultureInfo.InvariantCulture, $"-\\u{high:X4}");
    }
}
