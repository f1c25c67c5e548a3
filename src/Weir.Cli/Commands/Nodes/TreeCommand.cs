using System.CommandLine;
using Weir.Cli.Connecting;
using Weir.Cli.Output;
using Weir.Contracts.Client;
using Weir.Contracts.Json;
using Weir.Contracts.Nodes;

namespace Weir.Cli.Commands.Nodes;

/// <summary>A node and all that is below it, as people draw trees.</summary>
internal static class TreeCommand
{
    private const int MostNodes = 5_000;
    private const int IdLength = 24;

    public static Command Create(CommandContext context)
    {
        var start = new Argument<string>("node") { Description = "The id of a node, or a run.", HelpName = "ID|RUN" };
        var depth = new Option<int?>("--depth") { Description = "Levels below it; all unless given.", HelpName = "N" };
        return context.Asks(
            new Command("tree", "Show a node and all below it.") { start, depth },
            async (call, cancellationToken) =>
            {
                var id = await IdOfAsync(call, call.Value(start), cancellationToken);
                var root = await call.Client.Nodes.GetAsync(id, cancellationToken);
                List<NodeView> nodes = [root];
                var query = new NodeListQuery { Depth = call.Value(depth), Page = new PageQuery(500) };
                NodePage page;
                do
                {
                    page = await call.Client.Nodes.ListSubtreeAsync(id, query, cancellationToken);
                    nodes.AddRange(page.Items);
                    query = query with { Page = new PageQuery(500, page.Next) };
                }
                while (page.Next is not null && nodes.Count < MostNodes);
                if (page.Next is not null) call.Host.Error.WriteLine($"only the first {nodes.Count} nodes are shown");
                call.Printer.Write(nodes, WeirJson.Default.NodeView, all => Draw(all, call.Palette));
                return ExitCodes.Ok;
            });
    }

    private static async Task<string> IdOfAsync(
        ControllerCall call, string start, CancellationToken cancellationToken) =>
        start.Length == IdLength && start.All(char.IsAsciiHexDigitLower)
            ? start
            : (await call.Client.Runs.GetAsync(start, cancellationToken)).Node
                ?? throw new CliException(ExitCodes.NotFound, $"run {start} left no nodes");

    private static IEnumerable<string> Draw(IReadOnlyList<NodeView> nodes, Palette palette)
    {
        var children = nodes.Skip(1).ToLookup(node => node.Parent);
        return Draw(nodes[0], "", "");

        IEnumerable<string> Draw(NodeView node, string branch, string below)
        {
            var name = node.Name;
            yield return $"{palette.Dim(branch)}{palette.Strong(name)}  {node.Kind}  {palette.Dim(node.Id)}";
            var inner = children[node.Id].ToList();
            for (var i = 0; i < inner.Count; i++)
            {
                var last = i == inner.Count - 1;
                foreach (var line in Draw(inner[i], below + (last ? "└─ " : "├─ "), below + (last ? "   " : "│  ")))
                    yield return line;
            }
        }
    }
}
