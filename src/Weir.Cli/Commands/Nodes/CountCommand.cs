using System.CommandLine;
using System.Globalization;
using Weir.Contracts.Json;

namespace Weir.Cli.Commands.Nodes;

internal static class CountCommand
{
    public static Command Create(CommandContext context)
    {
        var conditions = NodeCommand.Conditions();
        return context.Asks(
            new Command("count", "Count nodes.") { conditions },
            async (call, cancellationToken) =>
            {
                var query = NodeCommand.Query(call.Value(conditions));
                var count = await call.Client.Nodes.CountAsync(query, cancellationToken);
                call.Printer.Write(
                    count, WeirJson.Default.Int64, shown => [shown.ToString(CultureInfo.InvariantCulture)]);
                return ExitCodes.Ok;
            });
    }
}
