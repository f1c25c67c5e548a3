using System.CommandLine;
using Weir.Cli.Hosting;
using Weir.Controller.Storage.Transfer;

namespace Weir.Cli.Commands.State;

internal static class RestoreCommand
{
    public static Command Create(CommandContext context)
    {
        var host = HostOptions.OfState();
        var folder = new Argument<string>("folder")
        {
            Description = "The backup, as `weir backup` wrote it.", HelpName = "FOLDER",
        };
        var command = new Command("restore", "Put a backup into an empty place.") { folder };
        host.AddTo(command);
        return context.Does(command, async (invocation, cancellationToken) =>
        {
            var options = (await host.ReadAsync(invocation, cancellationToken)).ToControllerOptions();
            var from = Path.GetFullPath(invocation.Value(folder), invocation.Host.Folder);
            var report = await StateCall.RunAsync(() => StateRestore.RunAsync(options, from, cancellationToken));
            invocation.Printer.Lines([$"restored {report.Describe()}"]);
            return ExitCodes.Ok;
        });
    }
}
