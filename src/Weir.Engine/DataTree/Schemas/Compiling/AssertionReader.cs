using System.Text.Json;
using Weir.Engine.DataTree.Schemas.Evaluating;
using Weir.Engine.DataTree.Schemas.Keywords;

namespace Weir.Engine.DataTree.Schemas.Compiling;

/// <summary>The keywords of the validation vocabulary that look at one value.</summary>
internal static class AssertionReader
{
    private static readonly (string Name, int Side, bool Exclusive)[] Limits =
        [("minimum", -1, false), ("maximum", 1, false), ("exclusiveMinimum", -1, true), ("exclusiveMaximum", 1, true)];

    private static readonly (string Name, SizeOf Measure, int Side)[] Sizes =
    [
        ("minLength", SizeOf.Characters, -1), ("maxLength", SizeOf.Characters, 1), ("minItems", SizeOf.Items, -1),
        ("maxItems", SizeOf.Items, 1), ("minProperties", SizeOf.Properties, -1), ("maxProperties", SizeOf.Properties, 1),
    ];

    public static IEnumerable<Keyword> Read(SchemaMembers rules)
    {
        if (rules.Value("type") is { } type) yield return new TypeOf(rules.Place("type"), JsonTypes.Of(Names(type)));
        if (rules.Value("const") is { } constant) yield return new Enumeration(rules.Place("const"), [constant]);
        if (rules.Value("enum") is { } values) yield return new Enumeration(rules.Place("enum"), [.. values.EnumerateArray()]);
        foreach (var (name, side, exclusive) in Limits)
        {
            if (rules.Value(name) is { } limit) yield return new NumberLimit(rules.Place(name), limit, side, exclusive);
        }

        if (rules.Value("multipleOf") is { } divisor) yield return new MultipleOf(rules.Place("multipleOf"), divisor);
        foreach (var (name, measure, side) in Sizes)
        {
            if (rules.Count(name) is { } limit) yield return new SizeLimit(rules.Place(name), measure, limit, side);
        }
    }

    private static IEnumerable<string> Names(JsonElement type) =>
        type.ValueKind == JsonValueKind.String
            ? [type.GetString()!]
            : type.EnumerateArray().Select(one => one.GetString()!);
}
