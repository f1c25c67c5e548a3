using System.Collections.Immutable;
using System.Globalization;

namespace Weir.Engine.Definitions;

/// <summary>A place in a file, both counted from 1; zero = no place.</summary>
internal readonly record struct Place(int Line, int Column);

/// <summary>A value of a YAML or JSON file with its place. Aliases share the value they stand for.</summary>
/// <param name="Weight">What the value costs when every alias in it is written out.</param>
/// <param name="Height">Levels of lists and maps in it.</param>
internal abstract record TreeValue(Place Place, long Weight, int Height)
{
    /// <summary>For messages: <c>found a list</c>.</summary>
    public abstract string Description { get; }
}

internal sealed record TreeText(string Value, bool Plain, Place Place) : TreeValue(Place, 64 + Value.Length, 0)
{
    private const int MaxShown = 60;

    /// <summary>Where the first character stands when the text is written as it is, on one line; else null.</summary>
    public Place? FirstCharacter { get; init; }

    public bool IsNull => Plain && Value is "" or "~" or "null" or "Null" or "NULL";

    public bool? Boolean => !Plain ? null : Value switch
    {
        "true" or "True" or "TRUE" => true,
        "false" or "False" or "FALSE" => false,
        _ => null,
    };

    public decimal? Number =>
        Plain && decimal.TryParse(Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    public override string Description =>
        IsNull ? "nothing" : $"`{(Value.Length > MaxShown ? Value[..MaxShown] + "…" : Value)}`";

    public Place At(int offset) => FirstCharacter is { } first ? first with { Column = first.Column + offset } : Place;
}

internal sealed record TreeList(ImmutableArray<TreeValue> Items, Place Place)
    : TreeValue(Place, 64 + Items.Sum(i => i.Weight), 1 + Items.Select(i => i.Height).DefaultIfEmpty().Max())
{
    public override string Description => "a list";
}

internal sealed record TreeMap(ImmutableArray<TreeEntry> Entries, Place Place)
    : TreeValue(
        Place,
        64 + Entries.Sum(e => e.Key.Weight + e.Value.Weight),
        1 + Entries.Select(e => e.Value.Height).DefaultIfEmpty().Max())
{
    public override string Description => "a map";

    public TreeValue? this[string key] => Entries.FirstOrDefault(e => e.Key.Value == key)?.Value;
}

internal sealed record TreeEntry(TreeText Key, TreeValue Value);
