using System.CommandLine;
using System.Runtime.CompilerServices;
using Weir.Cli.Connecting;
using Weir.Cli.Following;
using Weir.Contracts.Client;
using Weir.Contracts.Json;
using Weir.Contracts.Runs;

namespace Weir.Cli.Commands.Runs;

internal static class LogsCommand
{
    public static Command Create(CommandContext context)
    {
        var handle = RunCommand.Handle();
        var step = new Argument<string?>("step")
        {
            Description = "Print this step's log as it is; all steps with their names in front unless given.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var follow = new Option<bool>("--follow") { Description = "Go on until the end." };
        var stream = new Option<LogView>("--stream")
        {
            Description = "stdout, stderr or both; both unless given.", HelpName = "STREAM",
            CustomParser = Choices.One<LogView>,
        };
        var attempt = new Option<int?>("--attempt") { Description = "The newest unless given.", HelpName = "N" };
        return context.Asks(
            new Command(
                "logs", "Print the logs of a run or of one of its steps.") { handle, step, follow, stream, attempt },
            async (call, cancellationToken) =>
            {
                var query = new LogQuery { View = call.Value(stream), Attempt = call.Value(attempt) };
                var run = call.Value(handle);
                if (call.Value(step) is not { } one)
                    await AllAsync(call, run, query, call.Value(follow), cancellationToken);
                else if (call.Value(follow) || !call.Printer.ForPeople)
                    await FollowAsync(call, run, one, query, cancellationToken);
                else await PrintAsync(call, run, one, query, cancellationToken);
                return ExitCodes.Ok;
            });
    }

    private static async Task PrintAsync(
        ControllerCall call, string run, string step, LogQuery query, CancellationToken cancellationToken)
    {
        await foreach (var bytes in ReadAsync(call.Client.Logs, run, step, query, cancellationToken))
            await call.Host.RawOutput.WriteAsync(bytes, cancellationToken);
        await call.Host.RawOutput.FlushAsync(cancellationToken);
    }

    private static async Task FollowAsync(
        ControllerCall call, string run, string step, LogQuery query, CancellationToken cancellationToken)
    {
        await foreach (var chunk in call.Client.Logs.FollowAsync(run, step, query, cancellationToken))
        {
            if (call.Printer.ForPeople)
            {
                await call.Host.RawOutput.WriteAsync(chunk.Bytes, cancellationToken);
                await call.Host.RawOutput.FlushAsync(cancellationToken);
            }
            else
            {
                call.Printer.WriteLine(chunk, WeirJson.Default.LogChunk);
            }
        }
    }

    private static async Task AllAsync(
        ControllerCall call, string run, LogQuery query, bool follow, CancellationToken cancellationToken)
    {
        var view = await call.Client.Runs.GetAsync(run, cancellationToken);
        if (follow)
        {
            var shown = new FollowView { Logs = true, Query = query };
            await RunFollower.FollowAsync(call, view, shown, limit: null, cancellationToken);
            return;
        }

        var prefixes = new StepPrefixes(view, call.Palette);
        foreach (var step in (view.Steps ?? []).Where(step => step.Attempts.Count > 0))
        {
            var lines = new LineSplitter(line => call.Host.Output.Write(prefixes.Before(step.Name) + line + "\n"));
            await foreach (var bytes in ReadAsync(call.Client.Logs, view.Id, step.Name, query, cancellationToken))
                lines.Add(bytes.Span);
            lines.End();
        }
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        LogsClient logs, string run, string step, LogQuery query,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long offset = 0;
        while (true)
        {
            var range = await logs.ReadAsync(run, step, query with { Offset = offset }, cancellationToken);
            if (range.Bytes.Length == 0) yield break;
            // a newer attempt that begins meanwhile is not mixed into this one's log
            if (range.Attempt > 0) query = query with { Attempt = range.Attempt };
            yield return range.Bytes;
            offset = range.Next;
        }
    }
}
