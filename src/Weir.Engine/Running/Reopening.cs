using Weir.Contracts.Statuses;

namespace Weir.Engine.Running;

/// <summary>What a further round of a run does again.</summary>
/// <param name="From">This step and all after it, too; null = only what did not end well.</param>
/// <param name="OnlyFailed">Not what ended well after a step that failed.</param>
public sealed record RetryScope(string? From, bool OnlyFailed);

/// <summary>Why a run cannot begin a further round; null = it can.</summary>
public enum RetryRefusal
{
    /// <summary>It has not ended yet.</summary>
    Active,
    StepNotFound,

    /// <summary>Everything ended well, and no step was named.</summary>
    Nothing,

    /// <summary>What it left is not kept any more.</summary>
    Expired,

    /// <summary>A step would have more attempts than any may.</summary>
    TooManyAttempts,

    /// <summary>It would run beside another run of its concurrency group.</summary>
    Grouped,
}

/// <summary>
/// A further round of a run that is over: steps that ended well stay as they are, the others wait again as in a new
/// run, and keep the attempts they have. The only way out of a final status; see docs/decisions/0028-rounds.md.
/// </summary>
internal static class Reopening
{
    public static EventVerdict Begin(RunEdit edit, RetryScope scope)
    {
        if (WhyNot(edit.Run, scope) is not null) return EventVerdict.Refused;
        var steps = StepsOf(edit.Run, scope);
        var run = edit.Run;
        edit.Run = run with
        {
            Status = run.Started is null ? RunStatus.Pending : RunStatus.Running,
            Reason = ReasonCode.None,
            Message = null,
            Ended = null,
            Stop = null,
            Round = run.Round + 1,
            Reopened = edit.Now,
        };
        foreach (var step in steps) edit[step] = Again(edit[step], edit.Run.Round);
        return EventVerdict.Accepted;
    }

    public static RetryRefusal? WhyNot(RunState run, RetryScope scope)
    {
        if (!run.Status.IsFinal()) return RetryRefusal.Active;
        if (run.Group is not null) return RetryRefusal.Grouped;
        if (run.LogsGone is not null || run.ArtifactsGone is not null) return RetryRefusal.Expired;
        if (scope.From is { } from && !run.Graph.TryPositionOf(from, out _)) return RetryRefusal.StepNotFound;
        var steps = StepsOf(run, scope);
        if (steps.Count == 0) return RetryRefusal.Nothing;
        return steps.Exists(step => run.Steps[step].Attempts.Length >= RetryPolicy.MostAttempts)
            ? RetryRefusal.TooManyAttempts
            : null;
    }

    /// <summary>Positions of what is done again, in the order of the plan.</summary>
    public static List<int> StepsOf(RunState run, RetryScope scope)
    {
        var all = Enumerable.Range(0, run.Steps.Length);
        var first = all.Where(i => run.Steps[i].Name == scope.From || !EndedWell(run, i)).ToHashSet();
        return
        [
            .. all.Where(i => first.Contains(i)
                || (run.Graph.AncestorsOf(i).Any(first.Contains)
                    && !(scope.OnlyFailed && run.Steps[i].Status == RunStatus.Success))),
        ];
    }

    /// <summary>What it left can be built upon: it succeeded, may fail, or was not wanted.</summary>
    public static bool EndedWell(RunState run, int step) => run.Steps[step] switch
    {
        { Status: RunStatus.Success } => true,
        { Status: RunStatus.Failed } => run.Plan.Steps[step].AllowFailure,
        { Status: RunStatus.Skipped, Reason: ReasonCode.WhenFalse } => true,
        _ => false,
    };

    private static StepState Again(StepState step, int round) => new()
    {
        Name = step.Name, Round = round, Attempts = step.Attempts, Earlier = step.Attempts.Length,
    };
}
