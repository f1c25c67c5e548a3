using Weir.Contracts.Statuses;

namespace Weir.Engine.Running;

/// <summary>The data of an event about a run or one of its steps.</summary>
internal sealed record RunEventData
{
    public required string Run { get; init; }
    public required string Flow { get; init; }
    public string? Step { get; init; }
    public int? Attempt { get; init; }
    public required RunStatus Status { get; init; }
    public ReasonCode Reason { get; init; }
    public string? Message { get; init; }
}
