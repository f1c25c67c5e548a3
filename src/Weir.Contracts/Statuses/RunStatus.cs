using System.Text.Json.Serialization;
using Weir.Contracts.Json;

namespace Weir.Contracts.Statuses;

/// <summary>Where a run, a step or an attempt stands. Statuses only move forward; the last four are final.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<RunStatus>))]
public enum RunStatus
{
    Pending,
    Running,
    Success,
    Failed,
    Cancelled,
    Skipped,
}

public static class RunStatusExtensions
{
    public static bool IsFinal(this RunStatus status) => status >= RunStatus.Success;
}
