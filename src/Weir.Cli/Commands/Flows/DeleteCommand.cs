using System.CommandLine;

namespace Weir.Cli.Commands.Flows;

internal static class DeleteCommand
{
    public static Command Create(CommandContext context)
    {
        var name = new Argument<string>("flow") { Description = "The flow's name." };
        return context.Asks(
            new Command("delete", "Delete a flow with all its revisions; its runs stay.") { name },
            async (call, cancellationToken) =>
            {
                await call.Client.Flows.DeleteAsync(call.Value(name), cancellationToken);
                call.Host.Error.WriteLine($"flow '{call.Value(name)}' is deleted");
                return ExitCodes.Ok;
            });
    }
}
