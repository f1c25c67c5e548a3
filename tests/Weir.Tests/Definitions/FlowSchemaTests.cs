using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Weir.Engine.Definitions;

namespace Weir.Tests.Definitions;

public sealed class FlowSchemaTests
{
    private static readonly ObjectShape[] Objects =
    [
        FlowKeys.Flow, FlowKeys.Step, FlowKeys.Param, FlowKeys.Source, FlowKeys.Retry, FlowKeys.Limits,
        FlowKeys.Artifact, FlowKeys.Resource, FlowKeys.Matrix, FlowKeys.Approve,
        FlowKeys.Concurrency,
    ];

    private static readonly JsonObject Schema = JsonNode.Parse(FlowSchema.Text)!.AsObject();

    [Fact]
    public void Has_every_key_of_the_reader_and_no_other()
    {
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", (string)Schema["$schema"]!);
        AssertSameKeys(FlowKeys.Flow, Schema);
        AssertSameKeys(FlowKeys.Step, List(Schema, "steps"));
        AssertSameKeys(FlowKeys.Param, Long(Property(Schema, "params")["additionalProperties"]!));
        AssertSameKeys(FlowKeys.Source, Long(Property(Schema, "source")));
        AssertSameKeys(FlowKeys.Retry, Long(Property(List(Schema, "steps"), "retry")));
        AssertSameKeys(FlowKeys.Limits, Property(List(Schema, "steps"), "limits"));
        AssertSameKeys(FlowKeys.Approve, Long(Property(List(Schema, "steps"), "approve")));
        AssertSameKeys(FlowKeys.Concurrency, Long(Property(Schema, "concurrency")));
        AssertSameKeys(FlowKeys.Matrix, Property(List(Schema, "steps"), "matrix"));
        AssertSameKeys(FlowKeys.Artifact, Long(List(List(Schema, "steps"), "artifacts")));
        AssertSameKeys(FlowKeys.Resource, Long(List(List(Schema, "steps"), "resources")));
    }

    [Fact]
    public void Describes_every_key()
    {
        Assert.All(Objects.SelectMany(o => o.Keys), key => Assert.NotEmpty(key.Description));
        Assert.Contains("\"description\": \"Steps to wait for; without it all earlier ones.\"", FlowSchema.Text);
    }

    [Fact]
    public void The_page_about_the_file_names_every_key()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "flow-file.md"));
        var keys = Objects.SelectMany(o => o.Keys.Select(k => k.Name).Concat(o.Later)).Distinct();
        Assert.All(
            keys,
            key => Assert.True(
                page.Contains($"`{key}`") || page.Contains($"{{ {key}") || page.Contains($", {key}"),
                $"docs/flow-file.md does not name `{key}`"));
    }

    [Theory]
    [MemberData(nameof(FlowSamples.Valid), MemberType = typeof(FlowSamples))]
    public void Takes_what_the_reader_takes(string text)
    {
        Assert.Empty(FlowReader.Read(text).Problems);
        Assert.Null(SchemaCheck.Problem(Schema, Json(text)));
    }

    [Theory]
    [InlineData("steps: [{commands: x}]")]
    [InlineData("name: A\nsteps: [{commands: x}]")]
    [InlineData("name: a\nsteps: []")]
    [InlineData("name: a\nsteps: [{name: b}]")]
    [InlineData("name: a\nsteps: [{commands: x, comand: y}]")]
    [InlineData("name: a\nsteps: [{commands: x, matrix: []}]")]
    [InlineData("name: a\nconcurrency: {on_busy: queue}\nsteps: [{commands: x}]")]
    [InlineData("name: a\nconcurrency: {group: g, on_busy: wait}\nsteps: [{commands: x}]")]
    [InlineData("name: a\nsteps: [{commands: x, approve: Really?}]")]
    [InlineData("name: a\nsteps: [{approve: {role: viewer}}]")]
    [InlineData("name: a\nsteps: [{commands: x, matrix: {os: linux}}]")]
    [InlineData("name: a\nsteps: [{commands: x, timeout: soon}]")]
    [InlineData("name: a\nsteps: [{commands: x, allow_failure: maybe}]")]
    [InlineData("name: a\nsteps: [{commands: x, retry: {attempts: many}}]")]
    [InlineData("name: a\nsteps: [{commands: x, limits: {memory: 2GB}}]")]
    [InlineData("name: a\nsteps: [{commands: x, runtime: vm}]")]
    [InlineData("name: a\nenv: {1: x}\nsteps: [{commands: x}]")]
    [InlineData("name: a\nparams: {p: {type: bool}}\nsteps: [{commands: x}]")]
    public void Refuses_what_has_another_form(string text)
    {
        Assert.NotEmpty(FlowReader.Read(text).Problems);
        Assert.NotNull(SchemaCheck.Problem(Schema, Json(text)));
    }

    [Fact]
    public void Never_refuses_a_changed_flow_that_the_reader_takes()
    {
        var taken = 0;
        for (var seed = 0; seed < 2000; seed++)
        {
            var text = FlowSamples.Mutate(new Random(seed), most: 1);
            if (FlowReader.Read(text).Flow is null) continue;
            taken++;
            Assert.True(
                SchemaCheck.Problem(Schema, Json(text)) is null,
                $"seed {seed}: {SchemaCheck.Problem(Schema, Json(text))}\n{text}");
        }

        Assert.InRange(taken, 100, 2000);
    }

    private static string RepositoryRoot([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(here, "../../../.."));

    private static JsonNode? Json(string text) => SchemaCheck.ToJson(YamlTreeReader.Read(text, new ProblemList())!);

    private static void AssertSameKeys(ObjectShape shape, JsonObject schema) =>
        Assert.Equal(
            shape.Keys.Select(k => k.Name).Order(), schema["properties"]!.AsObject().Select(p => p.Key).Order());

    private static JsonObject Property(JsonObject schema, string name) => schema["properties"]![name]!.AsObject();

    private static JsonObject List(JsonObject schema, string name) =>
        Property(schema, name)["anyOf"]![0]!["items"]!.AsObject();

    private static JsonObject Long(JsonNode schema) => schema["anyOf"]![1]!.AsObject();
}
