using System.Globalization;
using System.Text;
using Weir.Engine.DataTree.Schemas;

namespace Weir.Tests.DataTree.Schemas;

/// <summary>Schemas and values that were made to cost: each is judged, or refused, in bounded time.</summary>
public sealed class HostileSchemaTests
{
    // Far above what any of these takes, far below what they would take without the limits.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("allOf", "\"x\"")]
    [InlineData("anyOf", "1")]
    [InlineData("oneOf", "1")]
    public void Work_that_doubles_at_every_level_is_stopped(string keyword, string value)
    {
        var levels = Enumerable.Range(0, 60).Select(
            i => $$"""
                "d{{i}}":{"{{keyword}}":[{"$ref":"#/$defs/d{{i + 1}}"},{"$ref":"#/$defs/d{{i + 1}}"}]}
                """);
        var schema = $$$"""{"$ref":"#/$defs/d0","$defs":{{{{string.Join(',', levels)}}},"d60":{"type":"string"} } }""";
        Assert.Contains("is too costly", Assert.Single(Quickly(schema, value)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"$dynamicAnchor":"a","anyOf":[{"$dynamicRef":"#a"},true]}""")]
    [InlineData("""{"$dynamicAnchor":"a","not":{"$dynamicRef":"#a"}}""")]
    public void A_loop_that_only_shows_while_checking_is_stopped(string schema) =>
        Assert.Contains("is too costly", Assert.Single(Quickly(schema, "1")), StringComparison.Ordinal);

    [Fact]
    public void Large_values_take_no_more_than_their_size()
    {
        var numbers = Enumerable.Range(0, 100_000).Select(i => i.ToString(CultureInfo.InvariantCulture)).ToList();
        Assert.Empty(Quickly("""{"uniqueItems":true}""", $"[{string.Join(',', numbers)}]"));
        var members = string.Join(',', numbers.Take(20_000).Select(n => $"\"p{n}\":1"));
        var names = string.Join(',', numbers.Take(20_000).Select(n => $"\"p{n}\""));
        Assert.Empty(Quickly($$"""{"required":[{{names}}]}""", $"{{{members}}}"));
        Assert.Single(Quickly("""{"multipleOf":0.0007}""", "1" + new string('7', 1_000_000)));
        Assert.Single(Quickly("""{"multipleOf":7}""", "1e99999999999999999"));
    }

    [Theory]
    [InlineData("^(a|b|ab)*c$")]
    [InlineData("^(([a-z])+.)+[A-Z]([a-z])+$")]
    [InlineData("(.*a){20}.{400}c")]
    [InlineData("(x+x+)+y")]
    public void A_pattern_takes_linear_time(string pattern)
    {
        var text = string.Concat(Enumerable.Repeat("ab", 200_000)) + new string('x', 50_000);
        Assert.Single(Quickly($$"""{"pattern":"{{pattern}}"}""", $"\"{text}\""));
    }

    [Fact]
    public void A_long_chain_of_references_does_not_end_the_stack()
    {
        var chain = string.Join(',', Enumerable.Range(0, 4000).Select(i => $$"""
            "d{{i}}":{"$ref":"#/$defs/d{{i + 1}}"}
            """));
        Assert.Single(Quickly($$$"""{"$ref":"#/$defs/d0","$defs":{{{{chain}}},"d4000":true}}""", "1"));
    }

    [Fact]
    public void Any_schema_and_any_value_are_judged_the_same_way_twice()
    {
        var limits = new SchemaOptions { AssertFormats = true, Limits = new SchemaLimits { MaxSteps = 20_000 } };
        var compiled = 0;
        for (var seed = 0; seed < 600; seed++)
        {
            var random = new RandomSchema(new Random(seed));
            var result = SchemaText.Compile(random.Schema(), limits);
            Assert.Equal(result.Schema is null, result.Problems.Count > 0);
            if (result.Schema is not { } schema) continue;
            compiled++;
            for (var i = 0; i < 10; i++)
            {
                var value = SchemaText.Json(random.Value());
                var violations = schema.Validate(value);
                Assert.Equal(violations, schema.Validate(value));
                Assert.Equal(violations.Count == 0, schema.IsValid(value));
                Assert.All(violations, v => Assert.NotEmpty(v.Message));
            }
        }

        Assert.InRange(compiled, 200, 560);
    }

    private static IReadOnlyList<string> Quickly(string schema, string value)
    {
        var start = TimeProvider.System.GetTimestamp();
        var options = new SchemaOptions { Limits = new SchemaLimits { MaxBytes = 1_000_000 } };
        var violations = SchemaText.Good(schema, options).Validate(Encoding.UTF8.GetBytes(value));
        Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience);
        return [.. violations.Select(v => v.ToString())];
    }
}
