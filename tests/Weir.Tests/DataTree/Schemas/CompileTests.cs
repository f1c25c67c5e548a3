using Weir.Engine.DataTree.Schemas;

namespace Weir.Tests.DataTree.Schemas;

public sealed class CompileTests
{
    [Fact]
    public void A_schema_of_the_wrong_shape_is_refused_with_all_its_problems() =>
        Assert.Equal(
            [
                "#/$id: must match the pattern ^[^#]*#?$", "#/properties: must be object, is array",
                "#/required: must hold no item twice: items 0 and 1 are equal",
            ],
            SchemaText.Problems("""{"$id":"a#b","required":["a","a"],"properties":[]}""").Order());

    [Theory]
    [InlineData("""{"type":"strin"}""", "#/type: must match at least one of 2 schemas; nearest is number 0, where it must be one of")]
    [InlineData("""{"minLength":-1}""", "#/minLength: must be at least 0")]
    [InlineData("""{"multipleOf":0}""", "#/multipleOf: must be more than 0")]
    [InlineData("[]", "#: must be boolean or object, is array")]
    [InlineData("""{"a":1,"a":2}""", "is no JSON")]
    [InlineData("{", "is no JSON")]
    [InlineData("""{"title":"\ud800"}""", "#: holds half of a surrogate pair")]
    public void Each_problem_says_where_and_what(string schema, string problem) =>
        Assert.Contains(SchemaText.Problems(schema), found => found.Contains(problem, StringComparison.Ordinal));

    [Fact]
    public void References_that_lead_nowhere_are_all_told() =>
        Assert.Equal(
            [
                "#/$ref: leads nowhere: there is nothing at `/$defs/x` in this schema",
                "#/properties/a/$dynamicRef: leads nowhere: there is no anchor `there` in this schema",
                "#/properties/b/$ref: leads to https://example.org/x, which is not registered; nothing is ever fetched",
                "#/properties/c/pattern: the pattern is refused at character 1: look-around `(?=…)` cannot be matched in linear time",
            ],
            SchemaText.Problems(
                """
                {"$ref":"#/$defs/x","properties":{"a":{"$dynamicRef":"#there"},"b":{"$ref":"https://example.org/x"},
                "c":{"pattern":"(?=a)b"}}}
                """).Order());

    [Theory]
    [InlineData("""{"$ref":"#"}""", "#: refers to itself without end: # → #")]
    [InlineData("""{"allOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"not":{"$ref":"#"}}}}""", "# → #/allOf/0 → #/$defs/a → #/$defs/a/not → #")]
    [InlineData("""{"dependentSchemas":{"a":{"$ref":"#"}}}""", "# → #/dependentSchemas/a → #")]
    [InlineData("""{"if":true,"then":{"$ref":"#"}}""", "# → #/then → #")]
    public void A_schema_that_never_ends_is_refused(string schema, string loop) =>
        Assert.Contains(loop, Assert.Single(SchemaText.Problems(schema)), StringComparison.Ordinal);

    [Fact]
    public void A_schema_may_refer_to_itself_below()
    {
        const string Tree = """{"required":["name"],"properties":{"children":{"items":{"$ref":"#"}}}}""";
        Assert.True(SchemaText.IsValid(Tree, """{"name":"a","children":[{"name":"b"}]}"""));
        Assert.Equal(
            ["/children/0: must have the property `name` (#/required)"],
            SchemaText.Violations(Tree, """{"name":"a","children":[{}]}"""));
    }

    [Theory]
    [InlineData("http://json-schema.org/draft-07/schema#")]
    [InlineData("https://example.org/unknown")]
    public void Another_dialect_is_refused(string dialect) =>
        Assert.Equal(
            ["#/$schema: names a dialect that is not known; write https://json-schema.org/draft/2020-12/schema"],
            SchemaText.Problems($$"""{"$schema":"{{dialect}}"}"""));

    [Fact]
    public void A_vocabulary_that_must_be_known_is()
    {
        const string Meta = """{"$id":"https://example.org/meta","$vocabulary":{"https://example.org/vocab":true}}""";
        Assert.Equal(
            ["#/$schema: names a dialect with the vocabulary https://example.org/vocab, which is not known"],
            SchemaText.Problems("""{"$schema":"https://example.org/meta"}""", SchemaText.With(("https://example.org/meta", Meta))));
    }

    [Theory]
    [InlineData("""{"$schema":"weir:/lenient","type":7}""", "#/type: ")]
    [InlineData("""{"$schema":"weir:/lenient","$defs":7}""", "#/$defs: ")]
    [InlineData("""{"$schema":"weir:/bare","required":7,"$defs":{"a":{"$id":"a","$schema":"weir:/lenient","type":7}}}""", "#/$defs/a/type: ")]
    public void A_dialect_that_asks_for_nothing_lets_no_wrong_shape_in(string schema, string place)
    {
        const string Vocabulary = "https://json-schema.org/draft/2020-12/vocab";
        var options = SchemaText.With(
            ("weir:/lenient", $$"""{"$vocabulary":{"{{Vocabulary}}/validation":true} }"""),
            ("weir:/bare", $$"""{"$vocabulary":{"{{Vocabulary}}/core":true} }"""));
        Assert.StartsWith(place, Assert.Single(SchemaText.Problems(schema, options)), StringComparison.Ordinal);
    }

    [Fact]
    public void Registered_schemas_are_found_and_their_own_problems_told()
    {
        var options = SchemaText.With(
            ("weir:/commit", """{"type":"object","required":["hash"],"$defs":{"short":{"$anchor":"short","maxLength":7}}}"""),
            ("weir:/bad", """{"type":7}"""));
        const string Schema = """{"properties":{"a":{"$ref":"commit"},"b":{"$ref":"commit#short"}}}""";
        Assert.Equal(
            [
                "/a: must have the property `hash` (weir:/commit#/required)",
                "/b: must have at most 7 characters, has 8 (weir:/commit#/$defs/short/maxLength)",
            ],
            SchemaText.Violations(Schema, """{"a":{},"b":"01234567"}""", options));
        var problem = Assert.Single(SchemaText.Problems("""{"$ref":"bad"}""", options));
        Assert.StartsWith("weir:/bad#/type: ", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_schemas_cannot_have_one_name()
    {
        Assert.Equal(
            ["#/$defs/b/$id: weir:/x is already the URI of another schema"],
            SchemaText.Problems("""{"$defs":{"a":{"$id":"x"},"b":{"$id":"x"}}}"""));
        Assert.Equal(
            ["#/$defs/b/$anchor: the anchor `x` is already at #/$defs/a"],
            SchemaText.Problems("""{"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}}}"""));
    }

    [Fact]
    public void Sizes_are_limited()
    {
        var limits = new SchemaLimits { MaxBytes = 100, MaxSchemas = 3, MaxDepth = 5, MaxDocuments = 1 };
        var small = new SchemaOptions { Limits = limits };
        Assert.Equal(["#: has more than 100 bytes"], SchemaText.Problems($$"""{"title":"{{new string('x', 100)}}"}""", small));
        Assert.Equal(["#: has more than 3 schemas"], SchemaText.Problems("""{"prefixItems":[true,true,true]}""", small));
        var tooDeep = SchemaText.Problems("""{"not":{"not":{"not":{"not":{"not":{"not":{}}}}}}}""", small);
        Assert.Contains("is no JSON", Assert.Single(tooDeep), StringComparison.Ordinal);
        var deep = JsonSchema.Compile(
            SchemaText.Json("""{"not":{"not":{"not":{"not":{"not":{}}}}}}"""),
            small with { Limits = limits with { MaxSchemas = 100, MaxDepth = 4 } });
        Assert.Equal("#: is nested more than 4 levels deep", Assert.Single(deep.Problems).ToString());
        var chain = small with { Registry = uri => SchemaText.Json($$"""{"$ref":"{{uri}}x"}""") };
        Assert.Contains("#: leads to more than 1 other schemas", SchemaText.Problems("""{"$ref":"a"}""", chain));
        Assert.Equal(
            ["#: has too many or too large patterns: more than 10000 states together"],
            SchemaText.Problems("""{"allOf":[{"pattern":"a{4000}"},{"pattern":"b{4000}"},{"pattern":"c{4000}"},{"pattern":"d{4000}"}]}"""));
    }

    [Fact]
    public void Problems_are_told_up_to_a_number()
    {
        var options = new SchemaOptions { Limits = new SchemaLimits { MaxReported = 7 } };
        var many = string.Join(',', Enumerable.Range(0, 50).Select(i => $$"""{"$ref":"#/{{i}}"}"""));
        Assert.Equal(7, SchemaText.Problems($$"""{"prefixItems":[{{many}}]}""", options).Count);
    }

    [Fact]
    public void A_pointer_may_lead_where_no_keyword_makes_a_schema()
    {
        Assert.False(SchemaText.IsValid("""{"$ref":"#/x-parts/a","x-parts":{"a":{"type":"string"}}}""", "1"));
        Assert.Equal(["#/x/title: must be string, is number"], SchemaText.Problems("""{"$ref":"#/x","x":{"title":7}}"""));
    }

    [Fact]
    public void What_a_schema_was_compiled_from_may_go()
    {
        JsonSchema schema;
        using (var document = System.Text.Json.JsonDocument.Parse("""{"enum":[1,"a",{"b":[1]}],"maximum":10}"""))
            schema = JsonSchema.Compile(document.RootElement, new SchemaOptions()).Schema!;
        Assert.True(schema.IsValid(SchemaText.Json("""{"b":[1.0]}""")));
        Assert.False(schema.IsValid(SchemaText.Json("2")));
    }
}
