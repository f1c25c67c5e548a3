using System.CommandLine;
using Weir.Cli.Connecting;
using Weir.Contracts.Json;

namespace Weir.Cli.Commands.Flows;

internal static class ListCommand
{
    public static Command Create(CommandContext context)
    {
        var limit = new Option<int>("--limit")
        {
            Description = "At most so many; 500 unless given.", HelpName = "N", DefaultValueFactory = _ => 500,
        };
        return context.Asks(new Command("list", "List the flows.") { limit }, async (call, cancellationToken) =>
        {
            var page = await Paging.TakeAsync(
                call.Value(limit), null, next => call.Client.Flows.ListAsync(next, cancellationToken));
            call.Printer.Write(page.Items, WeirJson.Default.FlowView, FlowTable.At(call.Now));
            return ExitCodes.Ok;
        });
    }
}
