using System.CommandLine;
using Weir.Cli.Following;
using Weir.Contracts.Json;

namespace Weir.Cli.Commands.Runs;

internal static class GetCommand
{
    public static Command Create(CommandContext context)
    {
        var handle = RunCommand.Handle();
        var exitStatus =
            new Option<bool>("--exit-status") { Description = "Exit 3 when the run has ended without success." };
        return context.Asks(
            new Command("get", "Show a run with its steps.") { handle, exitStatus },
            async (call, cancellationToken) =>
            {
                var run = await call.Client.Runs.GetAsync(call.Value(handle), cancellationToken);
                call.Printer.Write(
                    run, WeirJson.Default.RunView, view => RunReport.Lines(view, call.Palette, call.Now));
                return call.Value(exitStatus) && Contracts.Statuses.RunStatusExtensions.IsFinal(run.Status)
                    ? ExitCodes.Of(run)
                    : ExitCodes.Ok;
            });
    }
}
