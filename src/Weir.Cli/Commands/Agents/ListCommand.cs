using System.CommandLine;
using Weir.Cli.Connecting;
using Weir.Contracts.Json;

namespace Weir.Cli.Commands.Agents;

internal static class ListCommand
{
    private const int Most = 10_000;

    public static Command Create(CommandContext context) => context.Asks(
        new Command("list", "List the agents, also those that wait for approval."),
        async (call, cancellationToken) =>
        {
            var page = await Paging.TakeAsync(
                Most, null, next => call.Client.Agents.ListAsync(next, cancellationToken));
            call.Printer.Write(page.Items, WeirJson.Default.AgentView, AgentTable.At(call.Now));
            return ExitCodes.Ok;
        });
}
