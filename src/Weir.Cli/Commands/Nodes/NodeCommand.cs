using System.CommandLine;
using Weir.Cli.Output;
using Weir.Contracts.Client;
using Weir.Contracts.Nodes;

namespace Weir.Cli.Commands.Nodes;

internal static class NodeCommand
{
    public static Command Create(CommandContext context) => new("node", "Add to the data tree and look at it.")
    {
        AddCommand.Create(context),
        GetCommand.Create(context),
        ListCommand.Create(context),
        CountCommand.Create(context),
        TreeCommand.Create(context),
    };

    public static Argument<string[]> Conditions() => new("condition")
    {
        Description = "What must hold: kind=kbuild, data.arch=arm64, data.size__gt=3, created__gte=2026-01-31.",
        Arity = ArgumentArity.ZeroOrMore,
        HelpName = "FIELD=VALUE",
    };

    public static NodeListQuery Query(IEnumerable<string>? conditions) => new()
    {
        Fields =
        [
            .. (conditions ?? []).Select(condition => condition.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
                ? KeyValuePair.Create(condition[..at], condition[(at + 1)..])
                : throw CliException.Usage($"'{condition}' is not of the form field=value")),
        ],
    };

    public static Table<NodeView> Table(DateTimeOffset now) => new(
    [
        new("ID", node => node.Id),
        new("KIND", node => node.Kind),
        new("PATH", node => string.Join('/', node.Path)),
        new("OWNER", node => node.Owner),
        new("CREATED", node => Elapsed.Ago(node.Created, now)),
    ]);
}
