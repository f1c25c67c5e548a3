using System.Collections.Immutable;
using Weir.Contracts.Statuses;
using Weir.Engine.Planning;

namespace Weir.Engine.Running;

/// <summary>A run while one event is applied to it. Lives within one call of <see cref="RunMachine"/>.</summary>
internal sealed class RunEdit(RunState before, RunTiming timing, DateTimeOffset now)
{
    private readonly ImmutableArray<StepState>.Builder _steps = before.Steps.ToBuilder();

    public RunState Run { get; set; } = before;
    public RunTiming Timing { get; } = timing;
    public DateTimeOffset Now { get; } = now;
    public PlanGraph Graph => Run.Graph;
    public int Count => _steps.Count;

    public StepState this[int step]
    {
        get => _steps[step];
        set => _steps[step] = value;
    }

    public PlanStep PlanOf(int step) => Graph.Plan.Steps[step];

    /// <summary>Changes the step's newest attempt.</summary>
    public void Edit(int step, Func<AttemptState, AttemptState> change)
    {
        var state = _steps[step];
        _steps[step] =
            state with { Attempts = state.Attempts.SetItem(state.Attempts.Length - 1, change(state.Current!)) };
    }

    /// <summary>Ends the step for good.</summary>
    public void End(int step, RunStatus status, ReasonCode reason, string? message)
    {
        _steps[step] = _steps[step] with
        {
            Phase = StepPhase.Done,
            Status = status,
            Reason = reason,
            Message = message,
            Waiting = null,
            NotBefore = null,
            Ended = Now,
        };
    }

    /// <summary>The run as it stands now.</summary>
    public RunState Peek() => Run with { Steps = _steps.ToImmutable() };

    public RunState Build() => Run with { Steps = _steps.DrainToImmutable() };
}
