using System.CommandLine;
using Weir.Cli.Output;
using Weir.Contracts.Json;
using Weir.Contracts.Nodes;

namespace Weir.Cli.Commands.Nodes;

internal static class GetCommand
{
    public static Command Create(CommandContext context)
    {
        var id = new Argument<string>("node") { Description = "The node's id." };
        return context.Asks(new Command("get", "Show a node.") { id }, async (call, cancellationToken) =>
        {
            var node = await call.Client.Nodes.GetAsync(call.Value(id), cancellationToken);
            call.Printer.Write(node, WeirJson.Default.NodeView, shown => Lines(shown, call.Palette, call.Now));
            return ExitCodes.Ok;
        });
    }

    private static IEnumerable<string> Lines(NodeView node, Palette palette, DateTimeOffset now)
    {
        yield return $"{palette.Strong(string.Join('/', node.Path))}  {node.Kind}";
        yield return $"{node.Id}, by {node.Owner} in {node.Namespace}, {Elapsed.Ago(node.Created, now)}";
        if (node.Parent is { } parent) yield return $"parent: {parent}";
        yield return $"data: {node.Data.GetRawText()}";
        foreach (var (name, url) in node.Artifacts)
            yield return $"artifact {name}: {url}";
        if (node.Task is { } task) yield return $"task: {task.GetRawText()}";
    }
}
