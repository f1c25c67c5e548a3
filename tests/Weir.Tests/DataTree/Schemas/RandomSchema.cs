using System.Globalization;

namespace Weir.Tests.DataTree.Schemas;

/// <summary>Draws schemas with every keyword, in circles and otherwise, and values that sometimes match them.</summary>
internal sealed class RandomSchema(Random random)
{
    private static readonly string[] Names = ["a", "b", "c"];
    private static readonly string[] Types = ["null", "boolean", "object", "array", "number", "string", "integer"];
    private static readonly string[] Patterns = ["^a", "b+$", "[^c]", "(a|b)*", "(?=a)", "\\\\d{2}"];
    private static readonly string[] Formats = ["date", "ipv4", "uri", "regex", "email"];
    private static readonly string[] Targets = ["#", "#/$defs/a", "#/$defs/b", "#n", "#/properties/a", "#/nowhere"];

    public string Schema() =>
        $$$"""{"$defs":{"a":{{{Draw(2)}}},"b":{{{Draw(2)}}},"n":{"$dynamicAnchor":"n","$anchor":"m","type":"object"}},{{{Members(3)}}}}""";

    public string Value(int depth = 3) => random.Next(depth > 0 ? 9 : 6) switch
    {
        0 => "null",
        1 => "true",
        2 => random.Next(-3, 12).ToString(CultureInfo.InvariantCulture),
        3 => (random.Next(30) / 4.0).ToString(CultureInfo.InvariantCulture) + (random.Next(4) == 0 ? "e1" : ""),
        4 => "\"ab\\u0061\"",
        5 => $"\"{Pick("", "a", "bb", "abc", "12", "2026-01-01", "1.2.3.4")}\"",
        6 => $"[{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Value(depth - 1)))}]",
        _ => $"{{{string.Join(',', Names.Where(_ => random.Next(2) == 0).Select(name => $"\"{name}\":{Value(depth - 1)}"))}}}",
    };

    private string Draw(int depth) => random.Next(12) switch
    {
        0 => "true",
        1 => "false",
        _ => $"{{{Members(depth)}}}",
    };

    private string Members(int depth)
    {
        var members = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Member(depth));
        return string.Join(',', members.DistinctBy(member => member.Name).Select(member => $"\"{member.Name}\":{member.Value}"));
    }

    private (string Name, string Value) Member(int depth)
    {
        var shallow = depth <= 0;
        return random.Next(shallow ? 12 : 26) switch
        {
            0 => ("type", $"\"{Pick(Types)}\""),
            1 => ("enum", $"[{Value(1)},{Value(1)}]"),
            2 => ("const", Value(1)),
            3 => (Pick("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), Pick("0", "2.5", "1e1")),
            4 => ("multipleOf", Pick("2", "0.5", "1e-2")),
            5 => (Pick("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), Pick("0", "1", "2")),
            6 => ("pattern", $"\"{Pick(Patterns)}\""),
            7 => ("format", $"\"{Pick(Formats)}\""),
            8 => ("required", $"[\"{Pick(Names)}\"]"),
            9 => ("uniqueItems", "true"),
            10 => (Pick("$ref", "$dynamicRef"), $"\"{Pick(Targets)}\""),
            11 => ("dependentRequired", $"{{\"{Pick(Names)}\":[\"{Pick(Names)}\"]}}"),
            < 16 => (Pick("allOf", "anyOf", "oneOf", "prefixItems"), $"[{Draw(depth - 1)},{Draw(depth - 1)}]"),
            < 20 => (Pick("not", "if", "then", "else", "items", "contains", "additionalProperties", "propertyNames"), Draw(depth - 1)),
            < 22 => (Pick("unevaluatedProperties", "unevaluatedItems"), Draw(depth - 1)),
            22 => ("patternProperties", $"{{\"{Pick(Patterns)}\":{Draw(depth - 1)}}}"),
            23 => ("dependentSchemas", $"{{\"{Pick(Names)}\":{Draw(depth - 1)}}}"),
            _ => ("properties", $"{{\"a\":{Draw(depth - 1)},\"{Pick("b", "c")}\":{Draw(depth - 1)}}}"),
        };
    }

    private string Pick(params ReadOnlySpan<string> from) => from[random.Next(from.Length)];
}
