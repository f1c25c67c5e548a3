using System.CommandLine;
using Weir.Cli.Connecting;
using Weir.Cli.Output;
using Weir.Contracts.Agents;
using Weir.Contracts.Json;

namespace Weir.Cli.Commands.Agents;

internal static class JoinTokenCommand
{
    public static Command Create(CommandContext context)
    {
        var labels = new Option<string[]>("--label", "-l")
        {
            Description = "A label that agents joining by it get; may be given again.", HelpName = "NAME=VALUE",
        };
        var namespaces = new Option<string[]>("--for")
        {
            Description = "A namespace they may work for; may be given again. All unless given.",
            HelpName = "NAMESPACE",
        };
        var uses = new Option<int>("--uses")
        {
            Description = "How many agents may join by it; 1 unless given.", HelpName = "N",
            DefaultValueFactory = _ => 1,
        };
        var expires = new Option<string>("--expires-in")
        {
            Description = "Lifetime; 1h unless given.", HelpName = "DURATION", DefaultValueFactory = _ => "1h",
        };
        return context.Asks(
            new Command(
                "join-token", "Create a token by which an agent joins; it is shown this once.") { labels, namespaces,
                uses, expires },
            (call, cancellationToken) => SendAsync(
                call,
                new CreateJoinTokenRequest
                {
                    Labels = Given.Pairs("--label", call.Value(labels)),
                    Namespaces = call.Value(namespaces) ?? [],
                    Uses = call.Value(uses),
                    ExpiresIn = Given.Duration("--expires-in", call.Value(expires))!.Value,
                },
                cancellationToken));
    }

    private static async Task<int> SendAsync(
        ControllerCall call, CreateJoinTokenRequest request, CancellationToken cancellationToken)
    {
        var made = await call.Client.Agents.CreateJoinTokenAsync(request, cancellationToken);
        call.Printer.Write(made, WeirJson.Default.CreateJoinTokenResponse, answer => [answer.Token]);
        if (call.Printer.ForPeople)
        {
            var left = Elapsed.Format(made.Expires - call.Now);
            var address = string.Join(',', call.Endpoint.Addresses.Select(Endpoint.Show));
            call.Host.Error.WriteLine($"valid for {left}; there: weir agent --join {address} --join-token TOKEN");
        }

        return ExitCodes.Ok;
    }
}
