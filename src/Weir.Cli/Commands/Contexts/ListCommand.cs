using System.CommandLine;
using Weir.Cli.Connecting;
using Weir.Cli.Output;

namespace Weir.Cli.Commands.Contexts;

internal static class ListCommand
{
    public static Command Create(CommandContext context) => context.Does(
        new Command("list", "List the contexts; the current one is marked."),
        (invocation, _) =>
        {
            var file = ContextFile.Load(invocation.Host);
            var rows = file.Contexts.Select(entry => new ContextRow(entry.Key, entry.Value.Url)
            {
                Current = entry.Key == file.Current,
                Namespace = entry.Value.Namespace,
                HasToken = entry.Value.Token is not null,
            }).ToList();
            invocation.Printer.Write(rows, ContextRowJson.Default.ContextRow, Table());
            return Task.FromResult(ExitCodes.Ok);
        });

    private static Table<ContextRow> Table() => new(
    [
        new("", row => row.Current ? "*" : ""),
        new("NAME", row => row.Name),
        new("URL", row => row.Url),
        new("NAMESPACE", row => row.Namespace),
        new("TOKEN", row => row.HasToken ? "yes" : "none"),
    ]);
}
