using System.CommandLine;
using Weir.Cli.Connecting;

namespace Weir.Cli.Commands.Contexts;

internal static class ShowTokenCommand
{
    public static Command Create(CommandContext context) => context.Does(
        new Command("token", "Print the token that would be sent, for scripts that call the API themselves."),
        (invocation, _) =>
        {
            var endpoint = Endpoint.Of(invocation);
            var token = endpoint.Token ?? throw new CliException(
                ExitCodes.NotFound, $"there is no token for {endpoint.Address}");
            invocation.Host.Output.Write(token + "\n");
            return Task.FromResult(ExitCodes.Ok);
        });
}
