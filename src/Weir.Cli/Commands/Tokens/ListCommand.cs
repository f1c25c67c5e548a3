using System.CommandLine;
using Weir.Cli.Connecting;
using Weir.Cli.Output;
using Weir.Contracts.Json;
using Weir.Contracts.Tokens;

namespace Weir.Cli.Commands.Tokens;

internal static class ListCommand
{
    private const int Most = 10_000;

    public static Command Create(CommandContext context) => context.Asks(
        new Command("list", "List the tokens; the secrets themselves are not kept."),
        async (call, cancellationToken) =>
        {
            var page = await Paging.TakeAsync(
                Most, null, next => call.Client.Tokens.ListAsync(next, cancellationToken));
            call.Printer.Write(page.Items, WeirJson.Default.TokenView, TableAt(call.Now));
            return ExitCodes.Ok;
        });

    private static Table<TokenView> TableAt(DateTimeOffset now) => new(
    [
        new("ID", token => token.Id),
        new("NAME", token => token.Name),
        new("ROLE", token => Words.Of(token.Role)),
        new("NAMESPACE", token => token.Namespace ?? "(all)"),
        new("CREATED", token => Elapsed.Ago(token.Created, now)),
        new(
            "EXPIRES",
            token => token.Expires is not { } at ? "never" : at < now ? "expired" : "in " + Elapsed.Format(at - now)),
    ]);
}
