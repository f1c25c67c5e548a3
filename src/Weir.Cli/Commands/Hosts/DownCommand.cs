using System.CommandLine;
using Weir.Cli.Hosting;

namespace Weir.Cli.Commands.Hosts;

internal static class DownCommand
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    public static Command Create(CommandContext context)
    {
        var folder =
            new Option<string?>("--data-dir") { Description = "The data folder it serves.", HelpName = "FOLDER" };
        var timeout = new Option<string>("--timeout")
        {
            Description = "Wait so long for it to end; 1m unless given.", HelpName = "DURATION",
            DefaultValueFactory = _ => "1m",
        };
        return context.Does(
            new Command("down", "Stop what `weir up --detach` started.") { folder, timeout },
            (invocation, cancellationToken) => RunAsync(
                invocation.Host,
                DataFolder.Of(invocation.Host, invocation.Value(folder)),
                Given.Duration("--timeout", invocation.Value(timeout))!.Value,
                cancellationToken));
    }

    private static async Task<int> RunAsync(
        CliHost host, string folder, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (PidFile.ReadAlive(folder) is not { } running)
        {
            host.Error.WriteLine($"nothing serves {folder}");
            return ExitCodes.Ok;
        }

        ProcessTable.AskToEnd(running.Process);
        using var late = new CancellationTokenSource(patience, host.Time);
        while (ProcessTable.IsAlive(running.Process, running.Start))
        {
            if (late.IsCancellationRequested)
                throw new CliException(
                    ExitCodes.TimedOut, $"process {running.Process} was asked to end and still runs");
            await Task.Delay(Look, host.Time, cancellationToken);
        }

        host.Error.WriteLine($"stopped (process {running.Process}, {running.Address})");
        return ExitCodes.Ok;
    }
}
