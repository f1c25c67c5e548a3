using Weir.Cli.Output;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;

namespace Weir.Cli.Following;

/// <summary>Tells what changed between two looks at a run: one line for each change.</summary>
internal sealed class RunChanges(Palette palette)
{
    private readonly Dictionary<string, (RunStatus Status, int Attempts, bool Unreachable, bool Prepares)> _seen = new(
        StringComparer.Ordinal);

    public IEnumerable<StepChange> Next(RunView run, DateTimeOffset now)
    {
        foreach (var step in run.Steps ?? [])
        {
            var prepares = step is { Status: RunStatus.Running, Waiting: not null };
            var state = (step.Status, step.Attempts.Count, step.Unreachable, prepares);
            var before = _seen.GetValueOrDefault(step.Name);
            if (state == before) continue;
            _seen[step.Name] = state;
            yield return new StepChange(step, $"{palette.Strong(step.Name)}: {Describe(step, now)}");
        }
    }

    private string Describe(StepView step, DateTimeOffset now)
    {
        var status = palette.Status(step.Status, Words.Of(step.Status));
        if (step.Unreachable) return $"{status}, its agent is unreachable";
        if (step.Status == RunStatus.Running)
        {
            var newest = step.Attempts.Count == 0 ? null : step.Attempts[^1];
            var again = newest is { Number: > 1 } ? $" (attempt {newest.Number})" : "";
            return status + again + (step.Waiting is { } waiting ? $": {waiting}" : "");
        }

        var time = step.Status.IsFinal() && step.Started is not null
            ? " in " + Elapsed.Between(step.Started, step.Ended, now)
            : "";
        var exit = step.ExitCode is { } code and not 0 ? $", exit code {code}" : "";
        var why = step.Message is { Length: > 0 } said ? $": {said}"
            : step.Reason is ReasonCode.None ? "" : $" ({Words.Of(step.Reason)})";
        return status + time + exit + why;
    }
}

internal sealed record StepChange(StepView Step, string Line);
