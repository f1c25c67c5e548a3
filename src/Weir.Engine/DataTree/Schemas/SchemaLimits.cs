namespace Weir.Engine.DataTree.Schemas;

/// <summary>What a schema, and a check against it, may cost at most.</summary>
public sealed record SchemaLimits
{
    /// <summary>Bytes of UTF-8 in one schema document.</summary>
    public int MaxBytes { get; init; } = 256 * 1024;

    /// <summary>Levels of nesting in a schema document, and in a value that is given as bytes.</summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>Schemas and subschemas in all documents together.</summary>
    public int MaxSchemas { get; init; } = 10_000;

    /// <summary>Documents that references lead to, directly or through each other.</summary>
    public int MaxDocuments { get; init; } = 64;

    /// <summary>Problems and violations that are told at once.</summary>
    public int MaxReported { get; init; } = 100;

    /// <summary>
    /// Steps of one check; a keyword that looks at one value, or one byte of a long text, is about a step.
    /// </summary>
    public int MaxSteps { get; init; } = 5_000_000;
}
