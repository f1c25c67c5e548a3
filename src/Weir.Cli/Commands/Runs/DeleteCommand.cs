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
                // `@latest` names another run once this one is gone.
                var run = await call.Client.Runs.GetAsync(call.Value(handle), cancellationToken);
                await call.Client.Runs.DeleteAsync(run.Id, cancellationToken);
                call.Host.Error.WriteLine($"{run.Handle} is deleted");
                return ExitCodes.Ok;
            });
    }
}
