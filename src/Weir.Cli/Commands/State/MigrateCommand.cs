using System.CommandLine;
using Weir.Cli.Hosting;
using Weir.Controller.Hosting;
using Weir.Controller.Storage.Transfer;

namespace Weir.Cli.Commands.State;

internal static class MigrateCommand
{
    public static Command Create(CommandContext context)
    {
        var host = HostOptions.OfState();
        var from = Backend("--from", "Where the state is: sqlite or postgres.");
        var to = Backend("--to", "Where it should be: sqlite or postgres; it must be empty.");
        var command = new Command("migrate", "Move all state from SQLite to PostgreSQL, or back.") { from, to };
        host.AddTo(command);
        return context.Does(command, async (invocation, cancellationToken) =>
        {
            var options = (await host.ReadAsync(invocation, cancellationToken)).ToControllerOptions();
            var (source, target) = (
                Chosen(options, "--from", invocation.Value(from)), Chosen(options, "--to", invocation.Value(to)));
            if (source.Backend == target.Backend) throw CliException.Usage("--from and --to name the same backend");
            var report = await StateCall.RunAsync(() => StateMigration.RunAsync(source, target, cancellationToken));
            invocation.Printer.Lines([$"moved {report.Describe()}; what it was moved from is as it was"]);
            return ExitCodes.Ok;
        });
    }

    private static Option<string> Backend(string name, string description) =>
        new(name) { Description = description, HelpName = "NAME", Required = true };

    private static ControllerOptions Chosen(ControllerOptions options, string flag, string? name) => name switch
    {
        "sqlite" => options with { Backend = StateBackend.Sqlite },
        "postgres" or "postgresql" => options with { Backend = StateBackend.Postgres },
        _ => throw CliException.Usage($"{flag}: `{name}` is neither sqlite nor postgres"),
    };
}
