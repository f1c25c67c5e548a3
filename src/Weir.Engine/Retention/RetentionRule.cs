using Weir.Contracts.Retention;
using Weir.Contracts.Statuses;
using Weir.Engine.Running;
using Weir.Engine.Storage;

namespace Weir.Engine.Retention;

/// <summary>What a policy does with one run. Pure.</summary>
internal static class RetentionRule
{
    public static RetentionVerdict Decide(RunRow row, RetentionPolicy policy, DateTimeOffset now)
    {
        if (!row.Status.IsFinal() || row.Ended is not { } ended) return default;
        var age = now - ended;
        if (policy.Runs <= age) return new RetentionVerdict { Run = true };
        if (!(policy.Logs <= age) && !(policy.Artifacts <= age)) return default;
        var details = RunCodec.ReadDetails(row);
        return new RetentionVerdict
        {
            Logs = policy.Logs <= age && details.LogsGone is null,
            Artifacts = policy.Artifacts <= age && details.ArtifactsGone is null,
        };
    }

    /// <summary>The shortest time that anything is kept; null = everything is kept for ever.</summary>
    public static TimeSpan? ShortestOf(RetentionPolicy policy)
    {
        TimeSpan?[] all = [policy.Runs, policy.Logs, policy.Artifacts];
        return all.Min();
    }
}

/// <summary>What of a run goes.</summary>
internal readonly record struct RetentionVerdict
{
    public bool Run { get; init; }
    public bool Logs { get; init; }
    public bool Artifacts { get; init; }

    public bool IsNothing => this == default;
}
