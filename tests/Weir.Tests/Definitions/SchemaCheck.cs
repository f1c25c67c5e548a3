using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Weir.Engine.Definitions;

namespace Weir.Tests.Definitions;

/// <summary>
/// Checks a value against the few words of JSON Schema that the flow schema uses; an unknown word fails.
/// </summary>
internal static class SchemaCheck
{
    private static readonly string[] Notes = ["$schema", "title", "description"];

    /// <returns>The first thing that is wrong, or null.</returns>
    public static string? Problem(JsonObject schema, JsonNode? value, string path = "")
    {
        foreach (var (word, rule) in schema)
        {
            if (!Notes.Contains(word) && !Holds(word, rule!, schema, value, path, out var problem))
                return problem ?? $"{path}: {word}";
        }

        return null;
    }

    public static JsonNode? ToJson(TreeValue tree) => tree switch
    {
        TreeMap map => new JsonObject(map.Entries.Select(e => KeyValuePair.Create(e.Key.Value, ToJson(e.Value)))),
        TreeList list => new JsonArray([.. list.Items.Select(ToJson)]),
        TreeText { IsNull: true } => null,
        TreeText { Boolean: { } truth } => JsonValue.Create(truth),
        TreeText { Number: { } number } => JsonValue.Create(number),
        TreeText text => JsonValue.Create(text.Value),
        _ => throw new ArgumentException("no such tree", nameof(tree)),
    };

    private static bool Holds(
        string word, JsonNode rule, JsonObject schema, JsonNode? value, string path, out string? problem)
    {
        problem = null;
        var text = value is JsonValue v && v.TryGetValue<string>(out var s) ? s : null;
        var number = value is JsonValue n && n.TryGetValue<decimal>(out var d) ? d : (decimal?)null;
        switch (word)
        {
            case "type":
                return (rule is JsonArray types ? types.Select(t => (string)t!) : [(string)rule!]).Any(
                    type => IsOf(type, value, text, number));
            case "enum":
                return rule.AsArray().Any(one => JsonNode.DeepEquals(one, value));
            case "maxLength":
                return text is null || text.Length <= (int)rule;
            case "pattern":
                return text is null || Regex.IsMatch(text, (string)rule!, RegexOptions.ECMAScript);
            case "minimum":
                return number is null || number >= (decimal)rule;
            case "maximum":
                return number is null || number <= (decimal)rule;
            case "minItems":
                return value is not JsonArray few || few.Count >= (int)rule;
            case "maxItems":
                return value is not JsonArray many || many.Count <= (int)rule;
            case "maxProperties":
                return value is not JsonObject large || large.Count <= (int)rule;
            case "items":
                var items = (value as JsonArray)?.Select((item, i) => Problem(rule.AsObject(), item, $"{path}[{i}]"));
                problem = items?.FirstOrDefault(p => p is not null);
                return problem is null;
            case "anyOf":
                var all = rule.AsArray().Select(one => Problem(one!.AsObject(), value, path)).ToList();
                if (!all.Contains(null)) problem = string.Join(" | ", all);
                return all.Contains(null);
            case "oneOf":
                return rule.AsArray().Count(one => Problem(one!.AsObject(), value, path) is null) == 1;
            case "required":
                return value is not JsonObject given || rule.AsArray().All(name => given.ContainsKey((string)name!));
            case "propertyNames":
                return value is not JsonObject named || named.All(
                    p => Problem(rule.AsObject(), JsonValue.Create(p.Key)) is null);
            case "properties" or "patternProperties":
                return true;
            case "additionalProperties":
                problem = value is JsonObject map ? PropertiesProblem(schema, rule, map, path) : null;
                return problem is null;
            default:
                throw new InvalidOperationException($"the schema uses `{word}`");
        }
    }

    private static string? PropertiesProblem(JsonObject schema, JsonNode additional, JsonObject value, string path)
    {
        foreach (var (key, item) in value)
        {
            var rule = schema["properties"]?[key]
                ?? schema["patternProperties"]?.AsObject().FirstOrDefault(p => Regex.IsMatch(key, p.Key)).Value
                ?? additional;
            if (rule is not JsonObject inner) return $"{path}.{key}: unknown";
            if (Problem(inner, item, $"{path}.{key}") is { } problem) return problem;
        }

        return null;
    }

    private static bool IsOf(string type, JsonNode? value, string? text, decimal? number) => type switch
    {
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "null" => value is null,
        "string" => text is not null,
        "boolean" => value is JsonValue v && v.TryGetValue<bool>(out _),
        "number" => number is not null,
        "integer" => number is { } whole && whole == Math.Truncate(whole),
        _ => throw new InvalidOperationException(
            string.Create(CultureInfo.InvariantCulture, $"the schema uses the type {type}")),
    };
}
