using System.Text.Json.Serialization;
using Weir.Contracts.Json;

namespace Weir.Contracts.Retention;

/// <summary>
/// How long a namespace keeps what its runs left, counted from the end of each run; null = for ever. Nodes stay.
/// </summary>
public sealed record RetentionPolicy
{
    /// <summary>Runs with all that belongs to them.</summary>
    [JsonConverter(typeof(DurationConverter))]
    public TimeSpan? Runs { get; init; }

    [JsonConverter(typeof(DurationConverter))]
    public TimeSpan? Logs { get; init; }

    /// <summary>Artifacts and stored workspaces.</summary>
    [JsonConverter(typeof(DurationConverter))]
    public TimeSpan? Artifacts { get; init; }
}

/// <summary>What a policy lets go, or would.</summary>
public sealed record RetentionReport
{
    /// <summary>Handles of runs that go as a whole.</summary>
    public IReadOnlyList<string> Runs { get; set; } = [];

    /// <summary>Handles of runs whose logs go.</summary>
    public IReadOnlyList<string> Logs { get; set; } = [];

    /// <summary>Handles of runs whose artifacts and workspaces go.</summary>
    public IReadOnlyList<string> Artifacts { get; set; } = [];

    /// <summary>True when there is more: it goes in later turns.</summary>
    public bool More { get; init; }
}
