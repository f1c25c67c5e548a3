using System.Text.Json;

namespace Weir.Engine.DataTree.Schemas;

/// <summary>How a schema is compiled.</summary>
public sealed record SchemaOptions
{
    /// <summary>The URI of the schema unless it has an <c>$id</c>; its references are relative to it.</summary>
    public string BaseUri { get; init; } = "weir:/schema";

    /// <summary>
    /// Gives the schema that is registered under an absolute URI without fragment, or null. Nothing is ever fetched:
    /// what is not known here, and is no meta-schema of 2020-12, leads nowhere.
    /// </summary>
    public Func<string, JsonElement?>? Registry { get; init; }

    /// <summary>Makes <c>format</c> an assertion; otherwise it only describes, as JSON Schema has it.</summary>
    public bool AssertFormats { get; init; }

    public SchemaLimits Limits { get; init; } = new();
}
