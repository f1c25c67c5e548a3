using System.CommandLine;
using Weir.Contracts.Json;
using Weir.Contracts.Statuses;

namespace Weir.Cli.Commands.Runs;

internal static class CancelCommand
{
    public static Command Create(CommandContext context)
    {
        var chosen = new RunSelection("cancel", [RunStatus.Pending, RunStatus.Running]);
        var command = new Command("cancel", "Ask a run to stop; its always() steps may still run.") { chosen.Run };
        foreach (var option in chosen.Options) command.Add(option);
        return context.Asks(command, async (call, cancellationToken) =>
        {
            if (!chosen.IsOne(call))
            {
                return await chosen.EachAsync(
                    call, "asked to stop", run => call.Client.Runs.CancelAsync(run.Id, cancellationToken),
                    cancellationToken);
            }

            var run = await call.Client.Runs.CancelAsync(call.Value(chosen.Run)!, cancellationToken);
            call.Printer.Write(run, WeirJson.Default.RunView, view => [$"{view.Handle} was asked to stop"]);
            return ExitCodes.Ok;
        });
    }
}
