using Weir.Cli.Output;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Engine.Definitions;

namespace Weir.Cli.Following;

/// <summary>
/// A run in Markdown (CommonMark with tables). What steps and flows wrote stands in it as text: none of it is markup.
/// </summary>
internal static class RunSummary
{
    private const int MostFailed = 50;

    public static IEnumerable<string> Lines(RunView run, DateTimeOffset now)
    {
        yield return $"## {Text(run.Handle)}: {Words.Of(run.Status)}";
        yield return "";
        var facts = new List<string> { $"started by {Text(run.StartedBy)}" };
        if (run.Started is not null) facts.Add($"took {Elapsed.Between(run.Started, run.Ended, now)}");
        if (run.InfrastructureLosses > 0) facts.Add($"{run.InfrastructureLosses} attempts lost to infrastructure");
        yield return (run.Message is { Length: > 0 } message ? Text(message) + "; " : "") + string.Join(", ", facts) + ".";
        yield return "";
        yield return "| step | status | time | note |";
        yield return "|---|---|---|---|";
        foreach (var step in run.Steps ?? [])
        {
            var note = step.Message ?? (step.Reason == ReasonCode.None ? "" : Words.Of(step.Reason));
            yield return $"| {Text(step.Title ?? step.Name)} | {Words.Of(step.Status)} "
                + $"| {Elapsed.Between(step.Started, step.Ended, now)} | {Text(note)} |";
        }

        foreach (var line in Tests(run)) yield return line;
        foreach (var line in Artifacts(run)) yield return line;
    }

    private static IEnumerable<string> Tests(RunView run)
    {
        var steps = (run.Steps ?? []).Where(step => step.Tests is not null).ToList();
        if (steps.Count == 0) yield break;
        yield return "";
        yield return "| tests of | tests | failed | skipped |";
        yield return "|---|---|---|---|";
        foreach (var step in steps)
        {
            var tests = step.Tests!;
            yield return $"| {Text(step.Title ?? step.Name)} | {tests.Tests} "
                + $"| {tests.Failures + tests.Errors} | {tests.Skipped} |";
        }

        var failed = steps.SelectMany(step => step.Tests!.Failed).Take(MostFailed).ToList();
        if (failed.Count > 0) yield return "";
        foreach (var test in failed)
            yield return $"- {Text(test.Suite)} **{Text(test.Name)}**: {Text(test.Message.Split('\n')[0])}";
    }

    private static IEnumerable<string> Artifacts(RunView run)
    {
        var left = (run.Steps ?? []).SelectMany(step => step.Artifacts.Select(artifact => (Step: step.Name, artifact)));
        var first = true;
        foreach (var (step, artifact) in left)
        {
            if (first) yield return "";
            first = false;
            yield return $"- artifact {Text(artifact.Name)} of {Text(step)}: "
                + $"{ByteSize.Format(artifact.Bytes)}, {artifact.Files} files";
        }
    }

    private static string Text(string text)
    {
        var plain = new System.Text.StringBuilder(text.Length);
        foreach (var letter in text)
        {
            if (letter is '\n' or '\r' or '\t') plain.Append(' ');
            else if (char.IsControl(letter)) continue;
            else if ("\\`*_{}[]<>()#+!|~&@".Contains(letter, StringComparison.Ordinal)) plain.Append('\\').Append(letter);
            else plain.Append(letter);
        }

        return plain.ToString();
    }
}
