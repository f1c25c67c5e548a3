using System.CommandLine;
using Weir.Cli.Output;
using Weir.Contracts.Json;
using Weir.Contracts.Runs;

namespace Weir.Cli.Commands.Runs;

internal static class ExplainCommand
{
    public static Command Create(CommandContext context)
    {
        var handle = RunCommand.Handle();
        return context.Asks(
            new Command("explain", "Tell why a run and each of its steps stand where they stand.") { handle },
            async (call, cancellationToken) =>
            {
                var told = await call.Client.Runs.ExplainAsync(call.Value(handle), cancellationToken);
                call.Printer.Write(told, WeirJson.Default.RunExplanation, answer => Lines(answer, call.Palette));
                return ExitCodes.Ok;
            });
    }

    private static IEnumerable<string> Lines(RunExplanation told, Palette palette)
    {
        var status = palette.Status(told.Status, Words.Of(told.Status));
        yield return $"{palette.Strong(told.Handle)} {status}: {told.Summary}";
        var width = told.Steps.Count == 0 ? 0 : told.Steps.Max(step => step.Step.Length);
        foreach (var step in told.Steps)
        {
            status = palette.Status(step.Status, Words.Of(step.Status).PadRight(9));
            yield return $"  {step.Step.PadRight(width)}  {status}  {step.Why}";
            foreach (var hint in step.Hints) yield return $"  {new string(' ', width)}             {palette.Dim(hint)}";
        }
    }
}
