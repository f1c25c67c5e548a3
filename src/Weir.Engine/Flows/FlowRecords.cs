using System.Text.Json.Serialization;
using Weir.Contracts.Flows;
using Weir.Contracts.Json;

namespace Weir.Engine.Flows;

/// <summary>A flow's newest revision, stored under <c>flows/&lt;namespace&gt;/&lt;name&gt;</c>.</summary>
/// <param name="View">Without the definition.</param>
/// <param name="ContentHash">SHA-256 of the definition's text.</param>
internal sealed record FlowHead(FlowView View, string ContentHash)
{
    /// <summary>
    /// Stays as a mark, so that a flow created anew counts its revisions on and none ever changes its meaning.
    /// </summary>
    public bool Deleted { get; init; }
}

/// <summary>
/// JSON of the stored documents about flows; a revision is a <see cref="FlowView"/> with its definition.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(InstantConverter)])]
[JsonSerializable(typeof(FlowHead))]
[JsonSerializable(typeof(FlowView))]
internal sealed partial class FlowJson : JsonSerializerContext;
