using Weir.Contracts.Statuses;

namespace Weir.Engine.Running;

/// <summary>What the end of an attempt means for its step: over, or once more.</summary>
internal static class AttemptEnding
{
    public static void Apply(
        RunEdit edit, int step, RunStatus status, ReasonCode reason, string? message, int? exitCode)
    {
        edit.Edit(step, a => a with
        {
            Status = status,
            Reason = reason,
            Message = message,
            ExitCode = exitCode,
            Ended = edit.Now,
            RescueAt = null,
            Sealed = null,
        });
        Count(edit, step, reason);
        if (status == RunStatus.Success)
        {
            edit.End(step, RunStatus.Success, ReasonCode.None, message);
            return;
        }

        if (edit[step].Current!.StopAsked is not null)
        {
            if (edit.Run.Stop is { } stop) edit.End(step, RunStatus.Cancelled, stop.Reason, message ?? "stopped");
            else edit.End(step, RunStatus.Cancelled, ReasonCode.FailFast, Matrices.WhyStopped(edit, step));
            return;
        }

        if (RetryPolicy.Decide(edit.PlanOf(step).Retry, edit[step], reason) is { } wait)
        {
            TryAgain(edit, step, wait, message);
            return;
        }

        var final = status == RunStatus.Cancelled ? RunStatus.Cancelled : RunStatus.Failed;
        var shown = reason == ReasonCode.Released ? ReasonCode.Infrastructure : reason;
        edit.End(step, final, shown, message);
    }

    private static void Count(RunEdit edit, int step, ReasonCode reason)
    {
        var state = edit[step];
        edit[step] = reason switch
        {
            ReasonCode.None or ReasonCode.Released or ReasonCode.Cancelled => state,
            ReasonCode.Infrastructure => state with { Losses = state.Losses + 1 },
            _ => state with { Failures = state.Failures + 1 },
        };
    }

    private static void TryAgain(RunEdit edit, int step, TimeSpan wait, string? message)
    {
        if (wait <= TimeSpan.Zero)
        {
            Advance.Queue(edit, step);
            return;
        }

        var again = edit.Now + wait;
        edit[step] = edit[step] with
        {
            Phase = StepPhase.Backoff,
            NotBefore = again,
            Waiting = $"attempt {edit[step].Attempts.Length} ended ({message ?? "no message"}); the next may start at {again.UtcDateTime:HH:mm:ss} UTC",
        };
    }
}
