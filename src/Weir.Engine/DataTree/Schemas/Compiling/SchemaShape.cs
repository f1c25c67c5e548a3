using System.Runtime.InteropServices;
using System.Text.Json;
using Weir.Engine.DataTree.Schemas.Values;

namespace Weir.Engine.DataTree.Schemas.Compiling;

/// <summary>Checks that a document is a schema before anything in it is read: its size, and its meta-schema.</summary>
internal static class SchemaShape
{
    public static bool IsGood(SchemaPlace place, SchemaOptions options, ProblemList problems)
    {
        var found = Problems(place, options).ToList();
        foreach (var (at, message) in found) problems.Add(at, message);
        return found.Count == 0;
    }

    private static IEnumerable<(string Place, string Message)> Problems(SchemaPlace place, SchemaOptions options)
    {
        var limits = options.Limits;
        if (WellFormedText.Problem(place.Element) is { } text) yield return (place.Label, text);
        else if (JsonMarshal.GetRawUtf8Value(place.Element).Length > limits.MaxBytes)
            yield return (place.Label, $"has more than {limits.MaxBytes} bytes");
        else if (IsDeeper(place.Element, limits.MaxDepth))
            yield return (place.Label, $"is nested more than {limits.MaxDepth} levels deep");
        else
        {
            var metaSchemas = MetaSchemas.Of(place.Resource.Vocabularies);
            if (Custom(place.Element, options) is { } custom) metaSchemas = [.. metaSchemas, custom];
            foreach (var violation in metaSchemas.SelectMany(meta => meta.Validate(place.Element)))
                yield return (place.Label + violation.Instance, violation.Message);
        }
    }

    /// <returns>The meta-schema of a dialect that is not the standard one; null when it cannot be used, which is told
    /// elsewhere.</returns>
    private static JsonSchema? Custom(JsonElement schema, SchemaOptions options)
    {
        var uri = MetaSchemas.DialectOf(schema);
        if (uri == MetaSchemas.Uri) return null;
        if ((MetaSchemas.Find(uri) ?? options.Registry?.Invoke(uri)) is not { } meta) return null;

        // A meta-schema is written in the standard dialect itself, or else their chain might never end.
        return MetaSchemas.Standard.IsValid(meta) && MetaSchemas.DialectOf(meta) == MetaSchemas.Uri
            ? JsonSchema.Compile(meta, options with { BaseUri = uri, AssertFormats = false }).Schema
            : null;
    }

    private static bool IsDeeper(JsonElement value, int levels) => levels < 0 || value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().Any(member => IsDeeper(member.Value, levels - 1)),
        JsonValueKind.Array => value.EnumerateArray().Any(item => IsDeeper(item, levels - 1)),
        _ => false,
    };
}
