using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Contracts.Events;

/// <summary>A change, as CloudEvents 1.0 in JSON; numbered in the order in which changes were committed.</summary>
public sealed record EventView
{
    [JsonPropertyName("specversion")]
    public string SpecVersion { get; set; } = "1.0";

    /// <summary>The sequence number, which is unique at this controller.</summary>
    public required string Id { get; init; }

    /// <summary>The namespace, as <c>/namespaces/NAME</c>.</summary>
    public required string Source { get; init; }

    /// <summary><c>run.created</c>, <c>step.finished</c>, <c>node.created</c> …</summary>
    public required string Type { get; init; }

    /// <summary>The id of the run, node, flow or agent it is about.</summary>
    public required string Subject { get; init; }
    public required DateTimeOffset Time { get; init; }

    [JsonPropertyName("datacontenttype")]
    public string DataContentType { get; set; } = "application/json";

    /// <summary>
    /// The id again, so padded that texts are in the order of numbers (CloudEvents' sequence extension).
    /// </summary>
    public required string Sequence { get; init; }
    public JsonElement Data { get; init; }
}

/// <summary>Events in their order.</summary>
/// <param name="Next">Ask for those after this number next; also what did not match was looked at up to there.</param>
public sealed record EventPage(IReadOnlyList<EventView> Items, long Next);
