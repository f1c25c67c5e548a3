using System.CommandLine;
using Weir.Cli.Following;

namespace Weir.Cli.Commands.Runs;

internal static class SummaryCommand
{
    public static Command Create(CommandContext context)
    {
        var handle = RunCommand.Handle();
        return context.Asks(
            new Command("summary", "Tell a run in Markdown, for a comment or a page.") { handle },
            async (call, cancellationToken) =>
            {
                var run = await call.Client.Runs.GetAsync(call.Value(handle), cancellationToken);
                foreach (var line in RunSummary.Lines(run, call.Now)) call.Host.Output.WriteLine(line);
                return ExitCodes.Ok;
            });
    }
}
