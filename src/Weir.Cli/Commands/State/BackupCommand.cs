using System.CommandLine;
using Weir.Cli.Hosting;
using Weir.Controller.Storage.Transfer;

namespace Weir.Cli.Commands.State;

internal static class BackupCommand
{
    public static Command Create(CommandContext context)
    {
        var host = HostOptions.OfState();
        var folder = new Argument<string>("folder")
        {
            Description = "Where to write it; must not be there yet, or be empty.", HelpName = "FOLDER",
        };
        var key = new Option<bool>("--with-key")
        {
            Description = "Also the keys of the vault: whoever has the backup can then read all secrets.",
        };
        var command = new Command(
            "backup", "Write all that a controller keeps into a folder, while it runs.") { folder, key };
        host.AddTo(command);
        return context.Does(command, async (invocation, cancellationToken) =>
        {
            var options = (await host.ReadAsync(invocation, cancellationToken)).ToControllerOptions();
            var to = Path.GetFullPath(invocation.Value(folder), invocation.Host.Folder);
            var withKey = invocation.Value(key);
            var report = await StateCall.RunAsync(() => StateBackup.RunAsync(options, to, withKey, cancellationToken));
            invocation.Printer.Lines([$"{to}: {report.Describe()}"]);
            if (!withKey)
                invocation.Host.Error.WriteLine(
                    "the keys of the vault are not in it: keep a copy of vault.key elsewhere, or its secrets are lost");
            return ExitCodes.Ok;
        });
    }
}
