
namespace Weir.Tests.DataTree.Schemas;

public sealed class ViolationTests
{
    [Fact]
    public void All_violations_are_told_at_once_with_both_places() =>
        Assert.Equal(
            [
                "/a~1b: must be string, is number (#/properties/a~1b/type)",
                "/list/1: must be at least 3 (#/properties/list/items/minimum)",
                "/list: must hold no item twice: items 0 and 2 are equal (#/properties/list/uniqueItems)",
                "(root): has the unknown property `nmae`: did you mean `name`? (#/additionalProperties)",
                "(root): must have the property `name` (#/required)",
            ],
            SchemaText.Violations(
                """
                {"required":["name"],"additionalProperties":false,"properties":{"name":{},"a/b":{"type":"string"},
                "list":{"uniqueItems":true,"items":{"minimum":3}}}}
                """,
                """{"a/b":1,"list":[4,2,4.0],"nmae":1}""").OrderBy(v => v.StartsWith('(')).ThenBy(v => v.Contains("list:")));

    [Theory]
    [InlineData("""{"type":["string","null"]}""", "1", "must be null or string, is number")]
    [InlineData("""{"enum":["a",1]}""", "2", "must be one of \"a\", 1")]
    [InlineData("""{"const":{"a":1}}""", "2", "must be {\"a\":1}")]
    [InlineData("""{"exclusiveMaximum":2}""", "2", "must be less than 2")]
    [InlineData("""{"exclusiveMinimum":2}""", "2", "must be more than 2")]
    [InlineData("""{"maximum":2}""", "3", "must be at most 2")]
    [InlineData("""{"multipleOf":0.1}""", "0.25", "must be a multiple of 0.1")]
    [InlineData("""{"minLength":2}""", "\"ä\"", "must have at least 2 characters, has 1")]
    [InlineData("""{"maxItems":1}""", "[1,2]", "must have at most 1 item, has 2")]
    [InlineData("""{"maxProperties":0}""", "{\"a\":1}", "must have at most 0 properties, has 1")]
    [InlineData("""{"pattern":"^a"}""", "\"b\"", "must match the pattern ^a")]
    [InlineData("""{"contains":{"type":"string"}}""", "[1]", "must hold at least 1 items that match the schema in `contains`, holds 0")]
    [InlineData("""{"contains":true,"maxContains":1}""", "[1,2]", "must hold at most 1 items that match the schema in `contains`, holds 2")]
    [InlineData("""{"oneOf":[{"type":"number"},{"minimum":1},{"type":"string"}]}""", "2", "must match exactly one of the schemas, matches number 0 and number 1")]
    [InlineData(
        """{"anyOf":[{"type":"string"},{"properties":{"a":{"type":"null"}}}]}""", "{\"a\":1}",
        "must match at least one of 2 schemas; nearest is number 1, where /a must be null, is number")]
    [InlineData("""{"not":{"type":"string"}}""", "\"\"", "must not match the schema in `not`")]
    [InlineData("""{"propertyNames":{"maxLength":1}}""", "{\"ab\":1}", "has a property with the bad name `ab`: it must have at most 1 character, has 2")]
    [InlineData("""{"dependentRequired":{"a":["b"]}}""", "{\"a\":1}", "must have the property `b` because it has `a`")]
    [InlineData("""{"unevaluatedProperties":false}""", "{\"a\":1}", "has the property `a`, of which no schema speaks")]
    [InlineData("false", "1", "nothing may stand here")]
    public void Each_message_says_what_was_expected(string schema, string value, string message)
    {
        var violation = Assert.Single(SchemaText.Violations(schema, value));
        Assert.StartsWith($"(root): {message} (", violation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_elsewhere_makes_no_member_unevaluated() =>
        Assert.Equal(
            ["/a: must be string, is number (#/$defs/a/properties/a/type)"],
            SchemaText.Violations(
                """{"$ref":"#/$defs/a","unevaluatedProperties":false,"$defs":{"a":{"properties":{"a":{"type":"string"}}}}}""",
                """{"a":1}"""));

    [Fact]
    public void Violations_are_told_up_to_a_number()
    {
        var value = "[" + string.Join(',', Enumerable.Range(0, 1000)) + "]";
        Assert.Equal(100, SchemaText.Violations("""{"items":{"type":"string"}}""", value).Count);
    }

    [Theory]
    [InlineData("{\"a\":1,\"a\":2}", "is no JSON")]
    [InlineData("[1", "is no JSON")]
    [InlineData("\"\\ud800\"", "holds half of a surrogate pair, \\ud800")]
    [InlineData("{\"\\udc00\\ud800\":1}", "holds half of a surrogate pair, \\udc00")]
    public void What_is_no_value_is_a_violation(string text, string message) =>
        Assert.StartsWith("(root): " + message, Assert.Single(SchemaText.Violations("true", text)), StringComparison.Ordinal);

    [Fact]
    public void Escapes_make_no_difference()
    {
        const string Schema = """{"properties":{"a\u0062":{"enum":["\u0078y"],"maxLength":2,"pattern":"^xy$"}},"required":["ab"],"additionalProperties":false}""";
        Assert.True(SchemaText.IsValid(Schema, """{"\u0061b":"x\u0079"}"""));
        Assert.True(SchemaText.IsValid("""{"maxLength":1}""", "\"\\ud83d\\ude00\""));
    }

    [Theory]
    [InlineData("""{"maximum":9007199254740993}""", "9007199254740993", true)]
    [InlineData("""{"maximum":9007199254740992}""", "9007199254740993", false)]
    [InlineData("""{"maximum":18446744073709551616}""", "18446744073709551617", false)]
    [InlineData("""{"maximum":1e400}""", "1e401", false)]
    [InlineData("""{"minimum":-1e400}""", "-1e399", true)]
    [InlineData("""{"exclusiveMaximum":0.1}""", "0.09999999999999999999999999999999999999999999", true)]
    [InlineData("""{"exclusiveMaximum":0.1}""", "0.10000000000000000000000000000000000000000000", false)]
    [InlineData("""{"multipleOf":0.01}""", "123456789012345678901234567890.07", true)]
    [InlineData("""{"multipleOf":0.02}""", "123456789012345678901234567890.07", false)]
    [InlineData("""{"multipleOf":7}""", "7e500", true)]
    [InlineData("""{"multipleOf":7}""", "8e500", false)]
    [InlineData("""{"multipleOf":3}""", "100000000000000000000000000000000000000002", true)]
    [InlineData("""{"type":"integer"}""", "1.00", true)]
    [InlineData("""{"type":"integer"}""", "1.5e1", true)]
    [InlineData("""{"type":"integer"}""", "1.5", false)]
    [InlineData("""{"type":"integer"}""", "1e-1", false)]
    [InlineData("""{"type":"integer"}""", "1e99999999999999999", true)]
    [InlineData("""{"const":1}""", "1000e-3", true)]
    [InlineData("""{"enum":[1e2]}""", "100", true)]
    [InlineData("""{"const":9007199254740993}""", "9007199254740992", false)]
    [InlineData("""{"uniqueItems":true}""", "[1,1.0]", false)]
    [InlineData("""{"uniqueItems":true}""", "[0,-0.0]", false)]
    [InlineData("""{"uniqueItems":true}""", "[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1}]", false)]
    [InlineData("""{"uniqueItems":true}""", "[1,\"1\",true,[1],{\"a\":1},\"#1e0;\"]", true)]
    [InlineData("""{"minLength":2.0}""", "\"a\"", false)]
    [InlineData("""{"maxLength":1e300}""", "\"a\"", true)]
    public void Numbers_are_exact_and_equality_is_by_value(string schema, string value, bool valid) =>
        Assert.Equal(valid, SchemaText.IsValid(schema, value));

    [Fact]
    public void One_schema_serves_many_threads()
    {
        var schema = SchemaText.Good("""{"type":"object","properties":{"a":{"pattern":"^[a-z]+$"}},"required":["a"]}""");
        var (good, bad) = (SchemaText.Json("""{"a":"abc"}"""), SchemaText.Json("""{"a":"ABC"}"""));
        Parallel.For(0, 2000, i => Assert.Equal(i % 2, schema.Validate(i % 2 == 0 ? good : bad).Count));
    }
}
