using System.CommandLine;
using Weir.Cli.Connecting;
using Weir.Cli.Help;
using Weir.Contracts.Client;

namespace Weir.Cli.Commands.Tools;

internal static class VersionCommand
{
    public static Command Create(CommandContext context)
    {
        var client = new Option<bool>("--client") { Description = "Ask no controller." };
        return context.Does(
            new Command("version", "Print the version of this program and of the controller.") { client },
            async (invocation, cancellationToken) =>
            {
                invocation.Host.Output.Write($"weir {VersionPrinter.Version}\n");
                if (!invocation.Value(client)) await PrintControllerAsync(invocation, cancellationToken);
                return ExitCodes.Ok;
            });
    }

    private static async Task PrintControllerAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        using var call = new ControllerCall(invocation);
        var address = Endpoint.Show(call.Endpoint.Address);
        try
        {
            var version = await call.Client.GetVersionAsync(cancellationToken);
            var protocols = string.Join(", ", version.Protocols);
            call.Host.Output.Write(
                $"controller {version.Version} at {address} (agent protocol {protocols})\n");
        }
        catch (Exception silence) when (silence is HttpRequestException or WeirApiException)
        {
            call.Host.Output.Write($"controller at {address}: {silence.Message}\n");
        }
    }
}
