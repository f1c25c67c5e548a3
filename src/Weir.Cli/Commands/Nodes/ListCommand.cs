using System.CommandLine;
using Weir.Cli.Connecting;
using Weir.Contracts.Json;
using Weir.Contracts.Nodes;
using Weir.Contracts.Runs;

namespace Weir.Cli.Commands.Nodes;

internal static class ListCommand
{
    public static Command Create(CommandContext context)
    {
        var conditions = NodeCommand.Conditions();
        var oldest = new Option<bool>("--oldest") { Description = "The oldest first." };
        var limit = new Option<int>("--limit")
        {
            Description = "At most so many; 50 unless given.", HelpName = "N", DefaultValueFactory = _ => 50,
        };
        return context.Asks(
            new Command("list", "Find nodes, the newest first.") { conditions, oldest, limit },
            async (call, cancellationToken) =>
            {
                var query =
                    NodeCommand.Query(call.Value(conditions)) with { NewestFirst = !call.Value(oldest) };
                var page = await Paging.TakeAsync(call.Value(limit), null, async next =>
                {
                    var part = await call.Client.Nodes.ListAsync(query with { Page = next }, cancellationToken);
                    return new Page<NodeView>(part.Items) { Next = part.Next };
                });
                call.Printer.Write(page.Items, WeirJson.Default.NodeView, NodeCommand.Table(call.Now));
                return ExitCodes.Ok;
            });
    }
}
