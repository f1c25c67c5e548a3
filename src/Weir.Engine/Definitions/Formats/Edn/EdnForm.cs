using System.Globalization;

namespace Weir.Engine.Definitions.Formats.Edn;

/// <summary>Writes a value in one form, in which equal values are equal texts.</summary>
internal static class EdnForm
{
    public static string Of(EdnValue value) => value switch
    {
        EdnNil => "nil",
        EdnBoolean truth => truth.Value ? "true" : "false",
        EdnText text => Quoted(text.Value),
        EdnCharacter { Value: [var unit] } => $"\\u{(int)unit:X4}",
        EdnCharacter character => "\\" + character.Value,
        EdnSymbol symbol => symbol.Name,
        EdnKeyword keyword => ":" + keyword.Name,
        EdnInteger integer => integer.Value.ToString(CultureInfo.InvariantCulture),
        EdnFloat number => (char.IsLetter(number.Written[^1]) ? "##" : "") + number.Written + (number.IsExact ? "M" : ""),
        // a list and a vector of equal items are equal
        EdnSequence sequence => $"[{string.Join(' ', sequence.Items.Select(Of))}]",
        EdnSet set => $"#{{{string.Join(' ', set.Items.Select(Of).Order(StringComparer.Ordinal))}}}",
        EdnMap map => $"{{{string.Join(
            ", ", map.Entries.Select(e => $"{Of(e.Key)} {Of(e.Value)}").Order(StringComparer.Ordinal))}}}",
        EdnTagged tagged => $"#{tagged.Tag} {Of(tagged.Value)}",
        _ => "",
    };

    private static string Quoted(string text) =>
        $"\"{text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
