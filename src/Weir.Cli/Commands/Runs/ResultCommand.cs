using System.CommandLine;
using Weir.Contracts.Runs;

namespace Weir.Cli.Commands.Runs;

internal static class ResultCommand
{
    public static Command Create(CommandContext context)
    {
        var handle = RunCommand.Handle();
        var form = new Option<string>("--form")
        {
            Description = "original (as in 2022) or current (as in 2024).", HelpName = "FORM",
            DefaultValueFactory = _ => "original",
        };
        form.AcceptOnlyFromAmong("original", "current");
        var logs = new Option<string>("--logs")
        {
            Description = "inline, or link for their addresses at the controller.", HelpName = "WHERE",
            DefaultValueFactory = _ => "inline",
        };
        logs.AcceptOnlyFromAmong("inline", "link");
        return context.Asks(
            new Command("result", "Print the result of a run as the JSON document that a Nosana Node writes.")
            {
                handle, form, logs,
            },
            async (call, cancellationToken) =>
            {
                await using var result = await call.Client.Runs.OpenResultAsync(
                    call.Value(handle),
                    call.Value(form) == "current" ? ResultForm.Current : ResultForm.Original,
                    call.Value(logs) == "link" ? ResultLogs.Link : ResultLogs.Inline,
                    cancellationToken);
                await result.CopyToAsync(call.Host.RawOutput, cancellationToken);
                call.Host.Output.WriteLine();
                return ExitCodes.Ok;
            });
    }
}
