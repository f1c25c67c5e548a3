using System.CommandLine;
using Weir.Contracts.Json;

namespace Weir.Cli.Commands.Runs;

internal static class CancelCommand
{
    public static Command Create(CommandContext context)
    {
        var handle = RunCommand.Handle();
        return context.Asks(
            new Command("cancel", "Ask a run to stop; its always() steps may still run.") { handle },
            async (call, cancellationToken) =>
            {
                var run = await call.Client.Runs.CancelAsync(call.Value(handle), cancellationToken);
                call.Printer.Write(run, WeirJson.Default.RunView, view => [$"{view.Handle} was asked to stop"]);
                return ExitCodes.Ok;
            });
    }
}
