using System.CommandLine;

namespace Weir.Cli.Commands.Runs;

internal static class DeleteCommand
{
    public static Command Create(CommandContext context)
    {
        var handle = RunCommand.Handle();
        return context.Asks(
            new Command("delete", "Delete a run that has ended, with its logs.") { handle },
            async (call, cancellationToken) =>
            {
                await call.Client.Runs.DeleteAsync(call.Value(handle), cancellationToken);
                call.Host.Error.WriteLine($"{call.Value(handle)} is deleted");
                return ExitCodes.Ok;
            });
    }
}
