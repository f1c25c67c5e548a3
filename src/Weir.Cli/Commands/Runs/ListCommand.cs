using System.CommandLine;
using Weir.Cli.Connecting;
using Weir.Contracts.Client;
using Weir.Contracts.Json;
using Weir.Contracts.Statuses;

namespace Weir.Cli.Commands.Runs;

internal static class ListCommand
{
    public static Command Create(CommandContext context)
    {
        var flow = new Option<string?>("--flow") { Description = "Only runs of this flow.", HelpName = "FLOW" };
        var status = new Option<RunStatus[]>("--status")
        {
            Description = "Only runs in this status; may be given again.", HelpName = "STATUS",
            CustomParser = Choices.Many<RunStatus>,
        };
        var since = new Option<string?>("--since")
        {
            Description = "Only runs created within this time.", HelpName = "DURATION",
        };
        var limit = new Option<int>("--limit")
        {
            Description = "At most so many; 30 unless given.", HelpName = "N", DefaultValueFactory = _ => 30,
        };
        var cursor =
            new Option<string?>("--cursor") { Description = "Go on where an earlier list ended.", HelpName = "CURSOR" };
        return context.Asks(
            new Command("list", "List runs, newest first.") { flow, status, since, limit, cursor },
            async (call, cancellationToken) =>
            {
                var query = new RunListQuery
                {
                    Flow = call.Value(flow),
                    Statuses = call.Value(status) ?? [],
                    Since = Given.Duration("--since", call.Value(since)) is { } age ? call.Now - age : null,
                };
                var page = await Paging.TakeAsync(
                    call.Value(limit), call.Value(cursor),
                    next => call.Client.Runs.ListAsync(query with { Page = next }, cancellationToken));
                call.Printer.Write(page.Items, WeirJson.Default.RunView, RunTable.At(call.Now));
                if (page.Next is { } more) call.Host.Error.WriteLine($"more: --cursor {more}");
                return ExitCodes.Ok;
            });
    }
}
