using System.Text.Json;
using Weir.Engine.DataTree.Schemas.Evaluating;
using Weir.Engine.DataTree.Schemas.Keywords;
using Weir.Engine.DataTree.Schemas.Values;

namespace Weir.Engine.DataTree.Schemas.Compiling;

/// <summary>The keywords that look into objects and arrays.</summary>
internal static class StructureReader
{
    public static IEnumerable<Keyword> Read(SchemaMembers rules, Vocabularies vocabularies)
    {
        var validates = vocabularies.HasFlag(Vocabularies.Validation);
        var applies = vocabularies.HasFlag(Vocabularies.Applicator);
        if (Members(rules, applies, validates) is { } members) yield return members;
        if (validates && rules.Value("dependentRequired") is { } dependent)
            yield return new DependentRequired(rules.Place("dependentRequired"), Dependents(dependent));
        if (validates && rules.Value("uniqueItems") is { ValueKind: JsonValueKind.True })
            yield return new UniqueItems(rules.Place("uniqueItems"));
        if (!applies) yield break;
        var (prefix, rest) = (rules.Schemas("prefixItems"), rules.Schema("items"));
        if (prefix is not null || rest is not null) yield return new ArrayItems(rules.Source.Label, prefix ?? [], rest);
        if (rules.Schema("contains") is { } contains)
        {
            yield return new Contains(
                rules.Place("contains"), contains, validates ? Limit(rules, "minContains") : null,
                validates ? Limit(rules, "maxContains") : null);
        }

        if (rules.Value("dependentSchemas") is not null)
            yield return new DependentSchemas(rules.Place("dependentSchemas"), [.. rules.NamedSchemas("dependentSchemas")]);
    }

    private static ObjectMembers? Members(SchemaMembers rules, bool applies, bool validates)
    {
        var required = validates ? rules.Texts("required").Distinct().ToList() : [];
        var schemas = applies ? rules.NamedSchemas("properties").ToDictionary(p => p.Name, p => p.Schema) : [];
        var positions = required.Select((name, i) => (name, i)).ToDictionary(entry => entry.name, entry => entry.i);
        var named = schemas.Keys.Union(required).Select(name => new NamedMember(
            name, schemas.GetValueOrDefault(name), positions.GetValueOrDefault(name, -1))).ToList();
        PatternMember[] patterns = applies ? [.. Patterns(rules)] : [];
        var additional = applies ? rules.Schema("additionalProperties") : null;
        var names = applies ? rules.Schema("propertyNames") : null;
        return named.Count + patterns.Length == 0 && additional is null && names is null
            ? null
            : new ObjectMembers(rules.Source.Label, new MemberRules(named, patterns, additional, names));
    }

    private static List<PatternMember> Patterns(SchemaMembers rules)
    {
        var patterns = new List<PatternMember>();
        foreach (var (pattern, schema) in rules.NamedSchemas("patternProperties"))
        {
            var place = JsonPointer.Append(rules.Place("patternProperties"), pattern);
            if (rules.Pattern(pattern, place) is { } compiled) patterns.Add(new PatternMember(compiled, schema));
        }

        return patterns;
    }

    private static (string Name, string[] Needs)[] Dependents(JsonElement map) =>
        [.. map.EnumerateObject().Select(entry => (entry.Name, Names(entry.Value)))];

    private static string[] Names(JsonElement list) => [.. list.EnumerateArray().Select(name => name.GetString()!)];

    private static ItemCount? Limit(SchemaMembers rules, string keyword) =>
        rules.Count(keyword) is { } limit ? new ItemCount(rules.Place(keyword), limit) : null;
}
