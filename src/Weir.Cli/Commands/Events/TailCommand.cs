using System.CommandLine;
using Weir.Cli.Connecting;
using Weir.Contracts.Client;
using Weir.Contracts.Events;
using Weir.Contracts.Json;

namespace Weir.Cli.Commands.Events;

internal static class TailCommand
{
    public static Command Create(CommandContext context)
    {
        var from = new Option<string?>("--from")
        {
            Description = "Events after this number, or since this instant; only new ones unless given.",
            HelpName = "N|TIME",
        };
        var count = new Option<int?>("--count") { Description = "End after so many.", HelpName = "N" };
        var types = new Option<string?>("--type")
        {
            Description = "Only these types, as run.finished or node. for all of nodes.", HelpName = "TYPE,...",
        };
        var kind = new Option<string?>("--kind") { Description = "Only nodes of this kind.", HelpName = "KIND" };
        var subject = new Option<string?>("--subject") { Description = "Only what is about this id.", HelpName = "ID" };
        return context.Asks(
            new Command("tail", "Print events as they come, one a line.") { from, count, types, kind, subject },
            async (call, cancellationToken) =>
            {
                var query = new EventListQuery
                {
                    From = call.Value(from),
                    Types = call.Value(types),
                    Kind = call.Value(kind),
                    Subject = call.Value(subject),
                };
                var left = call.Value(count) ?? int.MaxValue;
                if (left < 1) throw CliException.Usage("--count must be at least 1");
                await foreach (var one in call.Client.Events.FollowAsync(query, cancellationToken))
                {
                    Print(call, one);
                    if (--left == 0) break;
                }

                return ExitCodes.Ok;
            });
    }

    private static void Print(ControllerCall call, EventView one)
    {
        if (!call.Printer.ForPeople)
        {
            call.Printer.WriteLine(one, WeirJson.Default.EventView);
            return;
        }

        var head = $"{one.Id}  {one.Time:yyyy-MM-ddTHH:mm:ss.fffZ}  {one.Type}  {one.Subject}";
        call.Printer.Lines([$"{head}  {one.Data.GetRawText()}"]);
    }
}
