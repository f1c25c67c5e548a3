using System.Text;
using System.Text.Json;
using Weir.Engine.DataTree.Schemas;

namespace Weir.Tests.DataTree.Schemas;

/// <summary>Schemas and values as text.</summary>
internal static class SchemaText
{
    public static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    public static SchemaCompilation Compile(string schema, SchemaOptions? options = null) =>
        JsonSchema.Compile(Encoding.UTF8.GetBytes(schema), options ?? new SchemaOptions());

    public static JsonSchema Good(string schema, SchemaOptions? options = null)
    {
        var compiled = Compile(schema, options);
        Assert.True(compiled.Schema is not null, string.Join('\n', compiled.Problems));
        return compiled.Schema;
    }

    /// <summary>The violations as <c>place: message (schema)</c>.</summary>
    public static IReadOnlyList<string> Violations(string schema, string value, SchemaOptions? options = null) =>
        [.. Good(schema, options).Validate(Encoding.UTF8.GetBytes(value)).Select(violation => violation.ToString())];

    public static bool IsValid(string schema, string value) => Violations(schema, value).Count == 0;

    /// <summary>The problems as <c>place: message</c>.</summary>
    public static IReadOnlyList<string> Problems(string schema, SchemaOptions? options = null) =>
        [.. Compile(schema, options).Problems.Select(problem => problem.ToString())];

    /// <summary>A registry of schemas by URI.</summary>
    public static SchemaOptions With(params (string Uri, string Schema)[] schemas) => new()
    {
        Registry = uri => Array.Find(schemas, s => s.Uri == uri) is { Schema: { } schema } ? Json(schema) : null,
    };
}
