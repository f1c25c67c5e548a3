using Weir.Contracts.Statuses;

namespace Weir.Engine.Running;

/// <summary>How a run comes into its concurrency group.</summary>
public enum GroupPlace
{
    /// <summary>It holds the group, or has none: it begins at once.</summary>
    Free,

    /// <summary>It begins when the group lets it.</summary>
    Waits,

    /// <summary>It never begins: its flow wants none beside another.</summary>
    Skipped,
}

/// <summary>What becomes of a run whose group is busy.</summary>
internal static class GroupWaits
{
    public static void Begin(RunEdit edit)
    {
        edit.Run = edit.Run with { WaitsForGroup = true };
        for (var i = 0; i < edit.Count; i++)
            edit[i] = edit[i] with { Waiting = $"waiting for the concurrency group {edit.Run.Group}" };
    }

    public static void Skip(RunEdit edit)
    {
        var why = $"another run holds the concurrency group {edit.Run.Group}";
        for (var i = 0; i < edit.Count; i++) edit.End(i, RunStatus.Skipped, ReasonCode.Busy, why);
        edit.Run = edit.Run with
        {
            Status = RunStatus.Skipped,
            Reason = ReasonCode.Busy,
            Message = why,
            Ended = edit.Now,
        };
    }

    public static EventVerdict Admit(RunEdit edit)
    {
        if (!edit.Run.WaitsForGroup || edit.Run.Status.IsFinal()) return EventVerdict.Refused;
        edit.Run = edit.Run with { WaitsForGroup = false, Admitted = edit.Now };
        for (var i = 0; i < edit.Count; i++) edit[i] = edit[i] with { Waiting = null };
        return EventVerdict.Accepted;
    }
}
