using Weir.Agent.Folders;
using Weir.Agent.Leases;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Engine.Runtimes;

namespace Weir.Agent.Steps;

/// <summary>
/// Hands what the controller foresees on to the runtimes, once the attempt at hand has begun to work: at most one
/// container per attempt, and the images of the others. What does not come is thrown away.
/// </summary>
internal sealed class StepsToCome(AgentContext context, AttemptTable table)
{
    // A step that the controller gives to a claim already under way comes a moment after the finish of the one before.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly Lock _lock = new();
    private readonly Dictionary<AttemptFence, Foreseen> _foreseen = [];

    public static string KeyOf(AttemptFence fence, string step) => $"{fence.Run}-{step}";

    /// <summary>The attempt's first command has begun.</summary>
    public void Begun(HeldAttempt held, AttemptFolder folder)
    {
        if (table.Draining) return;
        var isFirst = true;
        foreach (var next in held.Assignment.Next)
        {
            var makes = isFirst && next.Workspace != NextWorkspace.Unknown;
            var step = makes ? next : next with { Workspace = NextWorkspace.Unknown };
            if (RuntimeFor(step) is not { } runtime) continue;
            var forecast = new StepForecast(
                KeyOf(held.Fence, step.Step), step,
                step.Workspace == NextWorkspace.TakenOver ? folder.WorkspacePath : null);
            runtime.Prepare(forecast);
            if (!makes) continue;
            isFirst = false;
            lock (_lock) _foreseen[held.Fence] = new Foreseen(runtime, forecast.Key);
        }
    }

    /// <summary>The attempt is over, and that is what came with the answer to its finish.</summary>
    public void Ended(HeldAttempt held, RunStatus? status, IReadOnlyList<HeldAttempt> next)
    {
        Foreseen? foreseen;
        lock (_lock)
        {
            if (!_foreseen.Remove(held.Fence, out foreseen)) return;
        }

        if (next.Any(other => KeyOf(other.Fence, other.Fence.Step) == foreseen.Key)) return;
        if (status == RunStatus.Success && next.Count == 0 && !table.Draining) _ = DiscardLaterAsync(foreseen);
        else foreseen.Discard();
    }

    private async Task DiscardLaterAsync(Foreseen foreseen)
    {
        await Task.Delay(Patience, context.Time);
        foreseen.Discard();
    }

    private IContainerRuntime? RuntimeFor(NextStep step)
    {
        try
        {
            return RuntimeChoice.Choose(
                context.Runtimes, new StepWork { Image = step.Image, Runtime = step.Runtime });
        }
        catch (StepException)
        {
            return null;
        }
    }

    private sealed record Foreseen(IContainerRuntime Runtime, string Key)
    {
        public void Discard() => Runtime.Discard(Key);
    }
}
