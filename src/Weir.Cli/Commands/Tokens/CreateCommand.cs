using System.CommandLine;
using Weir.Contracts.Json;
using Weir.Contracts.Tokens;

namespace Weir.Cli.Commands.Tokens;

internal static class CreateCommand
{
    public static Command Create(CommandContext context)
    {
        var name = new Argument<string>("name") { Description = "Whom or what it is for." };
        var role = new Option<string>("--role")
        {
            Description = "viewer, runner, namespace_admin or admin.", HelpName = "ROLE",
            DefaultValueFactory = _ => "runner",
        };
        role.AcceptOnlyFromAmong("viewer", "runner", "namespace_admin", "admin");
        var expires =
            new Option<string?>("--expires-in") { Description = "Lifetime such as 12h or 30d.", HelpName = "DURATION" };
        return context.Asks(
            new Command("create", "Create a token; it is shown this once.") { name, role, expires },
            async (call, cancellationToken) =>
            {
                var kind = Enum.Parse<TokenRole>(
                    call.Value(role)!.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
                var request = new CreateTokenRequest(call.Value(name), kind)
                {
                    Namespace = kind == TokenRole.Admin ? null : call.Endpoint.Namespace ?? "default",
                    ExpiresIn = Given.Duration("--expires-in", call.Value(expires)),
                };
                var made = await call.Client.Tokens.CreateAsync(request, cancellationToken);
                call.Printer.Write(made, WeirJson.Default.CreateTokenResponse, answer => [answer.Token]);
                return ExitCodes.Ok;
            });
    }
}
