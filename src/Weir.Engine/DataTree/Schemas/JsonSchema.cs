using System.Text.Json;
using Weir.Contracts.Problems;
using Weir.Engine.DataTree.Schemas.Compiling;
using Weir.Engine.DataTree.Schemas.Evaluating;
using Weir.Engine.DataTree.Schemas.Values;

namespace Weir.Engine.DataTree.Schemas;

/// <summary>
/// A compiled JSON Schema of draft 2020-12 (https://json-schema.org/draft/2020-12): immutable, and safe to use from
/// many threads. It keeps nothing of the documents that it was compiled from.
/// </summary>
public sealed class JsonSchema
{
    private readonly SchemaNode _root;
    private readonly SchemaLimits _limits;

    internal JsonSchema(SchemaNode root, SchemaLimits limits) => (_root, _limits) = (root, limits);

    /// <summary>Compiles a schema, or tells all that is wrong with it.</summary>
    public static SchemaCompilation Compile(JsonElement schema, SchemaOptions options) =>
        new SchemaCompiler(options).Compile(schema);

    /// <inheritdoc cref="Compile(JsonElement, SchemaOptions)"/>
    /// <param name="utf8">The schema as JSON text; a property that is given twice is a problem.</param>
    public static SchemaCompilation Compile(ReadOnlyMemory<byte> utf8, SchemaOptions options)
    {
        if (WellFormedText.Problem(utf8.Span) is { } problem)
            return new SchemaCompilation(null, [new Problem("#", 0, 0, problem)]);
        try
        {
            using var document = JsonDocument.Parse(utf8, Strict(options.Limits));
            return Compile(document.RootElement, options);
        }
        catch (JsonException e)
        {
            return new SchemaCompilation(null, [new Problem("", Line(e), Column(e), "is no JSON: " + e.Message)]);
        }
    }

    /// <returns>
    /// Everything that is wrong with the value, at most <see cref="SchemaLimits.MaxReported"/>; empty when it is valid.
    /// </returns>
    public IReadOnlyList<SchemaViolation> Validate(JsonElement value) =>
        WellFormedText.Problem(value) is { } problem ? [new SchemaViolation("", "#", problem)] : Check(value);

    /// <inheritdoc cref="Validate(JsonElement)"/>
    /// <param name="utf8">The value as JSON text; a property that is given twice is a violation.</param>
    public IReadOnlyList<SchemaViolation> Validate(ReadOnlyMemory<byte> utf8)
    {
        if (WellFormedText.Problem(utf8.Span) is { } problem) return [new SchemaViolation("", "#", problem)];
        try
        {
            using var document = JsonDocument.Parse(utf8, Strict(_limits));
            return Check(document.RootElement);
        }
        catch (JsonException e)
        {
            return [new SchemaViolation("", "#", "is no JSON: " + e.Message)];
        }
    }

    /// <summary>Like <see cref="Validate(JsonElement)"/>, but stops at the first violation.</summary>
    public bool IsValid(JsonElement value) =>
        WellFormedText.Problem(value) is null && Evaluation.Silently(_limits).Passes(_root, value);

    private IReadOnlyList<SchemaViolation> Check(JsonElement value)
    {
        var quick = Evaluation.Silently(_limits);
        if (quick.Passes(_root, value)) return [];
        if (quick.Exhausted) return [TooCostly()];
        var thorough = Evaluation.Reporting(_limits);
        thorough.Passes(_root, value);
        return thorough.Violations is [] ? [TooCostly()] : thorough.Violations;
    }

    private SchemaViolation TooCostly() =>
        new("", "#", $"is too costly to check against this schema: more than {_limits.MaxSteps} steps or 512 levels");

    private static JsonDocumentOptions Strict(SchemaLimits limits) =>
        new() { MaxDepth = limits.MaxDepth, AllowDuplicateProperties = false };

    private static int Line(JsonException e) => (int)(e.LineNumber ?? -1) + 1;

    private static int Column(JsonException e) => (int)(e.BytePositionInLine ?? -1) + 1;
}
