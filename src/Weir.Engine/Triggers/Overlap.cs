namespace Weir.Engine.Triggers;

/// <summary>What a tick does while a run of the same trigger is still open.</summary>
public enum OverlapMode
{
    Allow,
    Skip,
    Queue,
    Replace,
}

internal abstract record OverlapDecision
{
    private OverlapDecision()
    {
    }

    /// <summary>The run starts beside those that are open.</summary>
    internal sealed record Start : OverlapDecision;

    /// <summary>No run.</summary>
    internal sealed record Refuse(string Reason) : OverlapDecision;

    /// <summary>The run starts when the open ones have ended.</summary>
    internal sealed record Queue : OverlapDecision;

    /// <summary>
    /// The open runs are cancelled, and the run starts when they have ended; what waited is given up.
    /// </summary>
    internal sealed record Replace : OverlapDecision;
}

/// <summary>Decides whether a tick may start a run.</summary>
internal static class Overlap
{
    /// <summary>As many ticks wait for a trigger's open run.</summary>
    public const int MaxWaiting = 100;

    /// <param name="running">Open runs of the trigger.</param>
    /// <param name="waiting">Ticks of the trigger that wait for them.</param>
    public static OverlapDecision Decide(OverlapMode mode, int running, int waiting) => mode switch
    {
        OverlapMode.Allow => new OverlapDecision.Start(),
        _ when running == 0 && waiting == 0 => new OverlapDecision.Start(),
        OverlapMode.Skip => new OverlapDecision.Refuse($"a run of this trigger is still open ({running}), and overlap is skip"),
        OverlapMode.Queue when waiting >= MaxWaiting => new OverlapDecision.Refuse($"{waiting} ticks of this trigger wait already"),
        OverlapMode.Queue => new OverlapDecision.Queue(),
        _ => new OverlapDecision.Replace(),
    };
}
