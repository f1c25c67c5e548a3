using System.CommandLine;

namespace Weir.Cli.Commands.Tokens;

internal static class RevokeCommand
{
    public static Command Create(CommandContext context)
    {
        var id = new Argument<string>("id") { Description = "The token's id, as `weir token list` shows it." };
        return context.Asks(
            new Command("revoke", "Make a token worthless at once.") { id },
            async (call, cancellationToken) =>
            {
                await call.Client.Tokens.RevokeAsync(call.Value(id), cancellationToken);
                call.Host.Error.WriteLine($"token {call.Value(id)} opens nothing any more");
                return ExitCodes.Ok;
            });
    }
}
