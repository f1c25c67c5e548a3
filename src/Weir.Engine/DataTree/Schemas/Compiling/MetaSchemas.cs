using System.Collections.Frozen;
using System.Text.Json;
using Weir.Engine.DataTree.Schemas.Values;

namespace Weir.Engine.DataTree.Schemas.Compiling;

/// <summary>
/// The meta-schemas of draft 2020-12: what a schema itself must look like, one document for each vocabulary.
/// </summary>
internal static class MetaSchemas
{
    public const string Uri = "https://json-schema.org/draft/2020-12/schema";

    private const string Folder = "https://json-schema.org/draft/2020-12/meta/";

    private static readonly FrozenDictionary<string, JsonElement> Documents = new[]
    {
        Document(Uri, "", """
            "$vocabulary": { "V/core": true, "V/applicator": true, "V/unevaluated": true, "V/validation": true,
              "V/meta-data": true, "V/format-annotation": true, "V/content": true },
            "allOf": [ { "$ref": "meta/core" }, { "$ref": "meta/applicator" }, { "$ref": "meta/unevaluated" },
              { "$ref": "meta/validation" }, { "$ref": "meta/meta-data" }, { "$ref": "meta/format-annotation" },
              { "$ref": "meta/content" } ],
            "properties": {
              "definitions": { "type": "object", "additionalProperties": { "$dynamicRef": "#meta" }, "deprecated": true,
                "default": {} },
              "dependencies": { "type": "object", "deprecated": true, "default": {}, "additionalProperties": {
                "anyOf": [ { "$dynamicRef": "#meta" }, { "$ref": "meta/validation#/$defs/stringArray" } ] } },
              "$recursiveAnchor": { "$ref": "meta/core#/$defs/anchorString", "deprecated": true },
              "$recursiveRef": { "$ref": "meta/core#/$defs/uriReferenceString", "deprecated": true }
            }
            """),
        Document(Folder + "core", "core", """
            "properties": {
              "$id": { "$ref": "#/$defs/uriReferenceString", "pattern": "^[^#]*#?$" },
              "$schema": { "$ref": "#/$defs/uriString" },
              "$ref": { "$ref": "#/$defs/uriReferenceString" },
              "$anchor": { "$ref": "#/$defs/anchorString" },
              "$dynamicRef": { "$ref": "#/$defs/uriReferenceString" },
              "$dynamicAnchor": { "$ref": "#/$defs/anchorString" },
              "$vocabulary": { "type": "object", "propertyNames": { "$ref": "#/$defs/uriString" },
                "additionalProperties": { "type": "boolean" } },
              "$comment": { "type": "string" },
              "$defs": { "type": "object", "additionalProperties": { "$dynamicRef": "#meta" } }
            },
            "$defs": {
              "anchorString": { "type": "string", "pattern": "^[A-Za-z_][-A-Za-z0-9._]*$" },
              "uriString": { "type": "string", "format": "uri" },
              "uriReferenceString": { "type": "string", "format": "uri-reference" }
            }
            """),
        Document(Folder + "applicator", "applicator", """
            "properties": {
              "prefixItems": { "$ref": "#/$defs/schemaArray" },
              "items": { "$dynamicRef": "#meta" },
              "contains": { "$dynamicRef": "#meta" },
              "additionalProperties": { "$dynamicRef": "#meta" },
              "properties": { "$ref": "#/$defs/schemaMap", "default": {} },
              "patternProperties": { "$ref": "#/$defs/schemaMap", "propertyNames": { "format": "regex" }, "default": {} },
              "dependentSchemas": { "$ref": "#/$defs/schemaMap", "default": {} },
              "propertyNames": { "$dynamicRef": "#meta" },
              "if": { "$dynamicRef": "#meta" }, "then": { "$dynamicRef": "#meta" }, "else": { "$dynamicRef": "#meta" },
              "allOf": { "$ref": "#/$defs/schemaArray" },
              "anyOf": { "$ref": "#/$defs/schemaArray" },
              "oneOf": { "$ref": "#/$defs/schemaArray" },
              "not": { "$dynamicRef": "#meta" }
            },
            "$defs": {
              "schemaArray": { "type": "array", "minItems": 1, "items": { "$dynamicRef": "#meta" } },
              "schemaMap": { "type": "object", "additionalProperties": { "$dynamicRef": "#meta" } }
            }
            """),
        Document(Folder + "unevaluated", "unevaluated", """
            "properties": {
              "unevaluatedItems": { "$dynamicRef": "#meta" },
              "unevaluatedProperties": { "$dynamicRef": "#meta" }
            }
            """),
        Document(Folder + "validation", "validation", """
            "properties": {
              "type": { "anyOf": [ { "$ref": "#/$defs/simpleTypes" },
                { "type": "array", "items": { "$ref": "#/$defs/simpleTypes" }, "minItems": 1, "uniqueItems": true } ] },
              "const": true,
              "enum": { "type": "array", "items": true },
              "multipleOf": { "type": "number", "exclusiveMinimum": 0 },
              "maximum": { "type": "number" }, "exclusiveMaximum": { "type": "number" },
              "minimum": { "type": "number" }, "exclusiveMinimum": { "type": "number" },
              "maxLength": { "$ref": "#/$defs/count" }, "minLength": { "$ref": "#/$defs/countFromZero" },
              "pattern": { "type": "string", "format": "regex" },
              "maxItems": { "$ref": "#/$defs/count" }, "minItems": { "$ref": "#/$defs/countFromZero" },
              "uniqueItems": { "type": "boolean", "default": false },
              "maxContains": { "$ref": "#/$defs/count" }, "minContains": { "$ref": "#/$defs/count", "default": 1 },
              "maxProperties": { "$ref": "#/$defs/count" }, "minProperties": { "$ref": "#/$defs/countFromZero" },
              "required": { "$ref": "#/$defs/stringArray" },
              "dependentRequired": { "type": "object", "additionalProperties": { "$ref": "#/$defs/stringArray" } }
            },
            "$defs": {
              "count": { "type": "integer", "minimum": 0 },
              "countFromZero": { "$ref": "#/$defs/count", "default": 0 },
              "simpleTypes": { "enum": [ "array", "boolean", "integer", "null", "number", "object", "string" ] },
              "stringArray": { "type": "array", "items": { "type": "string" }, "uniqueItems": true, "default": [] }
            }
            """),
        Document(Folder + "meta-data", "meta-data", """
            "properties": {
              "title": { "type": "string" }, "description": { "type": "string" }, "default": true,
              "deprecated": { "type": "boolean", "default": false }, "readOnly": { "type": "boolean", "default": false },
              "writeOnly": { "type": "boolean", "default": false }, "examples": { "type": "array", "items": true }
            }
            """),
        Document(Folder + "format-annotation", "format-annotation", """
            "properties": { "format": { "type": "string" } }
            """),
        Document(Folder + "format-assertion", "format-assertion", """
            "properties": { "format": { "type": "string" } }
            """),
        Document(Folder + "content", "content", """
            "properties": {
              "contentEncoding": { "type": "string" }, "contentMediaType": { "type": "string" },
              "contentSchema": { "$dynamicRef": "#meta" }
            }
            """),
    }.ToFrozenDictionary();

    private static readonly Lazy<JsonSchema> Whole = Compiled(Uri);

    private static readonly (Vocabularies Vocabulary, Lazy<JsonSchema> Schema)[] Parts =
    [
        (Vocabularies.Core, Compiled(Folder + "core")),
        (Vocabularies.Applicator, Compiled(Folder + "applicator")),
        (Vocabularies.Unevaluated, Compiled(Folder + "unevaluated")),
        (Vocabularies.Validation, Compiled(Folder + "validation")),
    ];

    /// <summary>The schema of schemas.</summary>
    public static JsonSchema Standard => Whole.Value;

    /// <returns>What gives the keywords of these vocabularies the shape that the compiler counts on.</returns>
    public static IReadOnlyList<JsonSchema> Of(Vocabularies vocabularies) =>
        vocabularies.HasFlag(Vocabularies.Standard)
            ? [Standard]
            : [.. Parts.Where(part => vocabularies.HasFlag(part.Vocabulary)).Select(part => part.Schema.Value)];

    /// <returns>The URI of the meta-schema that a schema names; that of the draft when it names none.</returns>
    public static string DialectOf(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("$schema", out var named)) return Uri;
        return named.ValueKind == JsonValueKind.String ? UriReference.Split(named.GetString()!).Uri : "";
    }

    public static JsonElement? Find(string uri) => Documents.TryGetValue(uri, out var document) ? document : null;

    private static Lazy<JsonSchema> Compiled(string uri) => new(() =>
        new SchemaCompiler(new SchemaOptions { BaseUri = uri }, isTrusted: true).Compile(Documents[uri]).Schema!);

    /// <param name="vocabulary">The only one it describes; empty for the schema that lists its own.</param>
    /// <param name="members">With <c>V</c> for the folder of vocabularies.</param>
    private static KeyValuePair<string, JsonElement> Document(string uri, string vocabulary, string members)
    {
        const string Vocabulary = "\"https://json-schema.org/draft/2020-12/vocab/";
        var vocabularies = vocabulary.Length > 0 ? $$""" "$vocabulary": { "V/{{vocabulary}}": true },""" : "";
        var text = $$"""
            { "$schema": "{{Uri}}", "$id": "{{uri}}", "$dynamicAnchor": "meta", "type": ["object", "boolean"],
            {{vocabularies}} {{members}} }
            """;
        using var document = JsonDocument.Parse(text.Replace("\"V/", Vocabulary));
        return KeyValuePair.Create(uri, document.RootElement.Clone());
    }
}
