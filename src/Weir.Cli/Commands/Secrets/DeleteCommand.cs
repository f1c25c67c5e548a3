using System.CommandLine;

namespace Weir.Cli.Commands.Secrets;

internal static class DeleteCommand
{
    public static Command Create(CommandContext context)
    {
        var name = new Argument<string>("name") { Description = "The secret's name." };
        return context.Asks(
            new Command("delete", "Delete a secret; steps that state it cannot start any more.") { name },
            async (call, cancellationToken) =>
            {
                await call.Client.Secrets.DeleteAsync(call.Value(name), cancellationToken);
                call.Host.Error.WriteLine($"secret {call.Value(name)} deleted");
                return ExitCodes.Ok;
            });
    }
}
