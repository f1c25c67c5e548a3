using Weir.Cli.Output;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;

namespace Weir.Cli.Following;

/// <summary>A run with its steps, for people.</summary>
internal static class RunReport
{
    private const int MostFailed = 20;
    private const int NoteWidth = 116;

    public static IEnumerable<string> Lines(RunView run, Palette palette, DateTimeOffset now) =>
        [Head(run, palette, now), .. Steps(run, palette, now), .. Tests(run, palette)];

    /// <summary>At most so many lines: steps that ended give way first, then those far from starting.</summary>
    public static IReadOnlyList<string> Live(RunView run, Palette palette, DateTimeOffset now, int most)
    {
        var steps = run.Steps ?? [];
        var room = Math.Max(1, most - 2);
        if (steps.Count <= room) return [.. Lines(run, palette, now)];
        room = Math.Max(1, room - 1);
        var first = steps.TakeWhile(step => step.Status.IsFinal()).Count();
        var from = Math.Min(first, steps.Count - room);
        var shown = steps.Skip(from).Take(room).ToList();
        var hidden = palette.Dim($"… {from} before, {steps.Count - from - shown.Count} after");
        return [Head(run, palette, now), .. StepTable(now).Lines(shown, palette), hidden];
    }

    public static IReadOnlyList<string> Steps(RunView run, Palette palette, DateTimeOffset now) =>
        StepTable(now).Lines(run.Steps ?? [], palette);

    /// <summary>The tests of steps that leave reports, and the first that failed.</summary>
    private static IEnumerable<string> Tests(RunView run, Palette palette)
    {
        var steps = (run.Steps ?? []).Where(step => step.Tests is not null).ToList();
        if (steps.Count == 0) return [];
        var failed = steps.SelectMany(step => step.Tests!.Failed).Take(MostFailed).SelectMany(test =>
            TerminalText.Wrap($"{test.Suite} {test.Name}: {FirstLine(test.Message)}", NoteWidth).Take(2));
        var problems = steps.SelectMany(step => step.Tests!.Problems).Select(palette.Dim);
        return ["", .. TestTable().Lines(steps, palette), .. failed.Select(line => "  " + line), .. problems];
    }

    private static string FirstLine(string text) => text.Split('\n')[0].TrimEnd();

    private static Table<StepView> TestTable() => new(
    [
        new("TESTS OF", step => step.Name),
        new("TESTS", step => $"{step.Tests!.Tests}"),
        new("FAILED", step => $"{step.Tests!.Failures + step.Tests.Errors}"),
        new("SKIPPED", step => $"{step.Tests!.Skipped}"),
        new("TIME", step => Elapsed.Format(TimeSpan.FromMilliseconds(step.Tests!.Milliseconds))),
    ]);

    public static string Head(RunView run, Palette palette, DateTimeOffset now)
    {
        var word = Words.Of(run.Reason);
        var reason = run.Reason is ReasonCode.None || word == Words.Of(run.Status) ? "" : $" ({word})";
        var time = run.Started is null
            ? ""
            : (run.Ended is null ? " for " : " in ") + Elapsed.Between(run.Started, run.Ended, now);
        var message = run.Message is { Length: > 0 } said ? $": {said}" : "";
        var losses = run.InfrastructureLosses > 0 ? $" · {run.InfrastructureLosses} lost to infrastructure" : "";
        var stopping = run.CancelRequested && !run.Status.IsFinal() ? " · asked to stop" : "";
        var waits = run.WaitsForGroup ? $" · waits for the group {run.Group}" : "";
        var status = palette.Status(run.Status, Words.Of(run.Status));
        return $"{palette.Strong(run.Handle)} {status}{reason}{time}{message}{losses}{stopping}{waits}";
    }

    private static Table<StepView> StepTable(DateTimeOffset now) => new(
    [
        new("STEP", NameOf),
        new("STATUS", StatusOf) { Paint = (palette, step, text) => palette.Status(step.Status, text) },
        new("TIME", step => Elapsed.Between(step.Started, step.Ended, now)),
        new("EXIT", step => step.ExitCode?.ToString()),
        new("ATTEMPTS", step => step.Attempts.Count > 1 ? step.Attempts.Count.ToString() : ""),
        new("NOTE", NoteOf) { Paint = (palette, _, text) => palette.Dim(text) },
    ]);

    /// <summary>With its values, where it is one combination of a matrix.</summary>
    private static string NameOf(StepView step) => step.Matrix.Count == 0
        ? step.Name
        : $"{step.Name} ({string.Join(", ", step.Matrix.Select(value => $"{value.Key}={value.Value}"))})";

    private static string StatusOf(StepView step) =>
        Words.Of(step.Status) + (step is { Status: RunStatus.Failed, AllowFailure: true } ? " (allowed)" : "");

    private static string NoteOf(StepView step)
    {
        if (step.Unreachable) return "agent unreachable";
        if (step.Waiting is { Length: > 0 } waiting && !step.Status.IsFinal()) return waiting;
        if (step.Message is { Length: > 0 } message) return message;
        return step.Reason == ReasonCode.None ? "" : Words.Of(step.Reason);
    }
}
