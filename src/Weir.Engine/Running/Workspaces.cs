using Weir.Contracts.AgentProtocol;

namespace Weir.Engine.Running;

/// <summary>Whose workspace a step continues: that of the nearest step before it that ran at all.</summary>
internal static class Workspaces
{
    public static WorkspaceSource? SourceOf(RunState run, int step)
    {
        if (Nearest(run, step) is not { } source) return null;
        if (source.Reused is { } there)
        {
            return new WorkspaceSource(source.Name, there.Attempt, there.Agent, source.WorkspaceDigest)
            {
                Run = there.Run,
            };
        }

        var attempt = source.Current!;
        return new WorkspaceSource(source.Name, attempt.Number, attempt.Agent, source.WorkspaceDigest);
    }

    /// <summary>
    /// Without a copy only when nobody else continues it and this step will not want it clean a second time, as it does
    /// in every further round.
    /// </summary>
    public static bool IsHandedOn(RunState run, int step)
    {
        var plan = run.Plan.Steps[step];
        return Nearest(run, step) is { Reused: null } source
            && source.Name == plan.WorkspaceFrom
            && run.Graph.HeirsOf(run.Graph.PositionOf(source.Name)).Length == 1
            && run.Steps[step].Earlier == 0
            && plan.Retry.Attempts == 1;
    }

    /// <summary>An agent stored the workspace that the step's attempt began with.</summary>
    public static void Kept(RunEdit edit, int step, string digest)
    {
        if (Nearest(edit.Peek(), step) is not { WorkspaceDigest: null } source) return;
        var position = edit.Graph.PositionOf(source.Name);
        edit[position] = edit[position] with { WorkspaceDigest = digest };
    }

    private static StepState? Nearest(RunState run, int step)
    {
        // Bounded by the plan's length: every link points to an earlier step of the chain.
        for (var links = 0; links < run.Steps.Length; links++)
        {
            if (run.Plan.Steps[step].WorkspaceFrom is not { } from || !run.Graph.TryPositionOf(from, out step))
                return null;
            if (run.Steps[step].WasTried || run.Steps[step].Reused is not null) return run.Steps[step];
        }

        return null;
    }
}
