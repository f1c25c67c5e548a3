using System.Text.Json;

namespace Weir.Contracts.Nodes;

/// <summary>A kind of nodes: what their <c>data</c> must be.</summary>
public sealed record KindView
{
    public required string Name { get; init; }
    public required string Namespace { get; init; }

    /// <summary>Counted from 1; a version never changes.</summary>
    public required int Version { get; init; }
    public required DateTimeOffset Created { get; init; }
    public required string CreatedBy { get; init; }

    /// <summary>Whether <c>format</c> in the schema is asserted.</summary>
    public bool Formats { get; init; }

    /// <summary>JSON Schema 2020-12; left out of lists.</summary>
    public JsonElement? Schema { get; init; }
}

/// <summary>Registers a kind, or a new version of it. Equal content makes no new version.</summary>
public sealed record CreateKindRequest(string Name, JsonElement Schema)
{
    /// <summary>Make <c>format</c> in the schema an assertion.</summary>
    public bool Formats { get; init; }
}

/// <param name="Changed">False when the newest version was equal already.</param>
public sealed record CreateKindResponse(KindView Kind, bool Changed);
