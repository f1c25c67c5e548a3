using System.CommandLine;
using Weir.Cli.Connecting;
using Weir.Cli.Output;
using Weir.Contracts.Json;
using Weir.Contracts.Secrets;

namespace Weir.Cli.Commands.Secrets;

internal static class ListCommand
{
    private const int Most = 10_000;

    public static Command Create(CommandContext context) => context.Asks(
        new Command("list", "List the names of secrets and where they come from."),
        async (call, cancellationToken) =>
        {
            var page = await Paging.TakeAsync(
                Most, null, next => call.Client.Secrets.ListAsync(next, cancellationToken));
            call.Printer.Write(page.Items, WeirJson.Default.SecretView, TableAt(call.Now));
            return ExitCodes.Ok;
        });

    private static Table<SecretView> TableAt(DateTimeOffset now) => new(
    [
        new("NAME", secret => secret.Name),
        new("SOURCE", secret => Words.Of(secret.Source)),
        new("REVISION", secret => secret.Revision > 0 ? $"{secret.Revision}" : ""),
        new("UPDATED", secret => secret.Updated is { } at ? Elapsed.Ago(at, now) : ""),
        new("BY", secret => secret.UpdatedBy ?? ""),
        new("KEY", secret => secret.KeyId ?? ""),
    ]);
}
