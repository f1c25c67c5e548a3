using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Weir.Engine.DataTree.Schemas.Evaluating;

namespace Weir.Engine.DataTree.Schemas.Keywords;

/// <summary>What a size is measured in.</summary>
internal enum SizeOf
{
    Characters,
    Items,
    Properties,
}

/// <summary><c>minLength</c>, <c>maxItems</c> and the like.</summary>
/// <param name="side">1 for a greatest size, -1 for a least one.</param>
internal sealed class SizeLimit(string place, SizeOf measure, long limit, int side) : Assertion(place)
{
    public override string Explain(JsonElement value)
    {
        var unit = limit == 1 ? SingularUnit : measure.ToString().ToLowerInvariant();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"must have at {(side > 0 ? "most" : "least")} {limit} {unit}, has {Measure(value)}");
    }

    protected override bool Holds(Evaluation run, JsonElement value)
    {
        var size = Measure(value);
        return size < 0 || size.CompareTo(limit) * side <= 0;
    }

    private string SingularUnit => measure switch
    {
        SizeOf.Characters => "character",
        SizeOf.Items => "item",
        _ => "property",
    };

    /// <returns>-1 for a value of another type.</returns>
    private long Measure(JsonElement value) => (measure, value.ValueKind) switch
    {
        (SizeOf.Characters, JsonValueKind.String) => Characters(value),
        (SizeOf.Items, JsonValueKind.Array) => value.GetArrayLength(),
        (SizeOf.Properties, JsonValueKind.Object) => value.GetPropertyCount(),
        _ => -1,
    };

    private static int Characters(JsonElement text)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text)[1..^1];
        if (raw.Contains((byte)'\\')) return text.GetString()!.EnumerateRunes().Count();
        var characters = 0;
        foreach (var unit in raw) characters += (unit & 0xC0) == 0x80 ? 0 : 1;
        return characters;
    }
}
