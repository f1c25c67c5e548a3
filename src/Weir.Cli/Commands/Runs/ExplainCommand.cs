using System.CommandLine;
using Weir.Cli.Connecting;
using Weir.Cli.Output;
using Weir.Contracts.Json;
using Weir.Contracts.Runs;

namespace Weir.Cli.Commands.Runs;

internal static class ExplainCommand
{
    private const int StatusWidth = 9;
    private const int NarrowestText = 30;

    public static Command Create(CommandContext context)
    {
        var handle = RunCommand.Handle();
        return context.Asks(
            new Command("explain", "Tell why a run and each of its steps stand where they stand.") { handle },
            async (call, cancellationToken) =>
            {
                var told = await call.Client.Runs.ExplainAsync(call.Value(handle), cancellationToken);
                call.Printer.Write(told, WeirJson.Default.RunExplanation, answer => Lines(answer, call));
                return ExitCodes.Ok;
            });
    }

    private static IEnumerable<string> Lines(RunExplanation told, ControllerCall call)
    {
        var palette = call.Palette;
        var status = palette.Status(told.Status, Words.Of(told.Status));
        yield return $"{palette.Strong(told.Handle)} {status}: {told.Summary}";
        var width = told.Steps.Count == 0 ? 0 : told.Steps.Max(step => step.Step.Length);
        var indent = new string(' ', width + StatusWidth + 6);
        var room = call.Host.IsTerminal ? Math.Max(NarrowestText, call.Host.Width() - indent.Length) : int.MaxValue;
        foreach (var step in told.Steps)
        {
            var before = $"  {step.Step.PadRight(width)}  "
                + $"{palette.Status(step.Status, Words.Of(step.Status).PadRight(StatusWidth))}  ";
            foreach (var line in TerminalText.Wrap(step.Why, room))
            {
                yield return before + line;
                before = indent;
            }

            foreach (var line in step.Hints.SelectMany(hint => TerminalText.Wrap(hint, room)))
                yield return indent + palette.Dim(line);
        }
    }
}
