using Weir.Contracts.AgentProtocol;

namespace Weir.Engine.Running;

/// <summary>Whose workspace a step continues: that of the nearest step before it that ran at all.</summary>
internal static class Workspaces
{
    public static WorkspaceSource? SourceOf(RunState run, int step)
    {
        if (Nearest(run, step) is not { } source) return null;
        var attempt = source.Current!;
        return new WorkspaceSource(source.Name, attempt.Number, attempt.Agent, source.WorkspaceDigest);
    }

    /// <summary>
    /// Without a copy only when nobody else continues it and this step will not want it clean a second time.
    /// </summary>
    public static bool IsHandedOn(RunState run, int step)
    {
        var plan = run.Plan.Steps[step];
        return Nearest(run, step) is { } source
            && source.Name == plan.WorkspaceFrom
            && run.Graph.HeirsOf(run.Graph.PositionOf(source.Name)).Length == 1
            && plan.Retry.Attempts == 1;
    }

    private static StepState? Nearest(RunState run, int step)
    {
        // Bounded by the plan's length: every link points to an earlier step of the chain.
        for (var links = 0; links < run.Steps.Length; links++)
        {
            if (run.Plan.Steps[step].WorkspaceFrom is not { } from || !run.Graph.TryPositionOf(from, out step))
                return null;
            if (!run.Steps[step].Attempts.IsEmpty) return run.Steps[step];
        }

        return null;
    }
}
