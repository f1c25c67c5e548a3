using System.Text.Json;

namespace Weir.Engine.DataTree.Schemas.Compiling;

/// <summary>Where in a schema other schemas stand.</summary>
internal static class Subschemas
{
    private static readonly HashSet<string> Single = new(StringComparer.Ordinal)
    {
        "items", "contains", "additionalProperties", "propertyNames", "if", "then", "else", "not", "unevaluatedItems",
        "unevaluatedProperties", "contentSchema",
    };

    private static readonly HashSet<string> Lists = new(StringComparer.Ordinal) { "prefixItems", "allOf", "anyOf", "oneOf" };

    private static readonly HashSet<string> Maps = new(StringComparer.Ordinal)
    {
        "$defs", "definitions", "properties", "patternProperties", "dependentSchemas",
    };

    public static IEnumerable<SchemaPlace> Of(SchemaPlace schema)
    {
        foreach (var member in schema.Element.EnumerateObject())
        {
            var inside = schema.Child(member.Name, member.Value);
            if (Single.Contains(member.Name)) yield return inside;
            else if (Lists.Contains(member.Name) && member.Value.ValueKind == JsonValueKind.Array)
            {
                var index = 0;
                foreach (var item in member.Value.EnumerateArray()) yield return inside.Child(index++, item);
            }
            else if (Maps.Contains(member.Name) && member.Value.ValueKind == JsonValueKind.Object)
            {
                foreach (var entry in member.Value.EnumerateObject())
                    yield return inside.Child(entry.Name, entry.Value);
            }
        }
    }
}
