using Weir.Engine.DataTree.Schemas.Evaluating;
using Weir.Engine.DataTree.Schemas.Formats;
using Weir.Engine.DataTree.Schemas.Keywords;
using Weir.Engine.DataTree.Schemas.Values;
using Weir.Engine.Expressions;

namespace Weir.Engine.DataTree.Schemas.Compiling;

/// <summary>Makes the keywords of one schema. The schema has the shape that its meta-schema asks for.</summary>
internal sealed class KeywordReader(SchemaCompiler compiler)
{
    public static bool AsksForEvaluated(Keyword keyword) => keyword is UnevaluatedItems or UnevaluatedProperties;

    /// <summary>Cheap ones first, and those that ask what the others looked at last.</summary>
    public IReadOnlyList<Keyword> Read(SchemaPlace schema)
    {
        var rules = new SchemaMembers(compiler, schema);
        var vocabularies = schema.Resource.Vocabularies;
        var keywords = new List<Keyword>();
        if (vocabularies.HasFlag(Vocabularies.Validation)) keywords.AddRange(AssertionReader.Read(rules));
        AddText(keywords, rules, vocabularies);
        keywords.AddRange(StructureReader.Read(rules, vocabularies));
        AddReferences(keywords, rules);
        if (vocabularies.HasFlag(Vocabularies.Applicator)) AddCombinations(keywords, rules);
        if (!vocabularies.HasFlag(Vocabularies.Unevaluated)) return keywords;
        if (rules.Schema("unevaluatedItems") is { } items)
            keywords.Add(new UnevaluatedItems(rules.Place("unevaluatedItems"), items));
        if (rules.Schema("unevaluatedProperties") is { } properties)
            keywords.Add(new UnevaluatedProperties(rules.Place("unevaluatedProperties"), properties));
        return keywords;
    }

    private void AddText(List<Keyword> keywords, SchemaMembers rules, Vocabularies vocabularies)
    {
        if (vocabularies.HasFlag(Vocabularies.Validation) && rules.Text("pattern") is { } pattern
            && rules.Pattern(pattern, rules.Place("pattern")) is { } compiled)
            keywords.Add(new PatternMatch(rules.Place("pattern"), compiled));
        var asserts = compiler.Options.AssertFormats || vocabularies.HasFlag(Vocabularies.FormatAssertion);
        if (!asserts || rules.Text("format") is not { } name) return;
        if (TextFormat.Find(name) is { } format) keywords.Add(new FormatMatch(rules.Place("format"), format));
        else
        {
            compiler.Problems.Add(
                rules.Place("format"),
                $"the format `{name}` is not known, so it cannot be asserted{Suggestion.DidYouMean(name, TextFormat.Names)}");
        }
    }

    private void AddReferences(List<Keyword> keywords, SchemaMembers rules)
    {
        var library = compiler.Library;
        if (rules.Text("$ref") is { } reference && library.Resolve(reference, rules.Source, "$ref") is { } found)
            keywords.Add(new Reference(rules.Place("$ref"), compiler.Node(found.Place)));
        if (rules.Text("$dynamicRef") is not { } dynamic) return;
        if (library.Resolve(dynamic, rules.Source, "$dynamicRef") is not { } first) return;
        var anchor = UriReference.Split(dynamic).Fragment;
        var node = compiler.Node(first.Place);
        keywords.Add(
            first.Resource.DynamicAnchors.Contains(anchor)
                ? new DynamicReference(rules.Place("$dynamicRef"), anchor, node)
                : new Reference(rules.Place("$dynamicRef"), node));
    }

    private static void AddCombinations(List<Keyword> keywords, SchemaMembers rules)
    {
        if (rules.Schemas("allOf") is { } all) keywords.Add(new AllOf(rules.Place("allOf"), all));
        if (rules.Schemas("anyOf") is { } any) keywords.Add(new Alternatives(rules.Place("anyOf"), any, exactlyOne: false));
        if (rules.Schemas("oneOf") is { } one) keywords.Add(new Alternatives(rules.Place("oneOf"), one, exactlyOne: true));
        if (rules.Schema("not") is { } not) keywords.Add(new Not(rules.Place("not"), not));
        if (rules.Schema("if") is { } condition)
            keywords.Add(new Conditional(rules.Place("if"), condition, rules.Schema("then"), rules.Schema("else")));
    }
}
