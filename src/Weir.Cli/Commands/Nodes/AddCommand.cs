using System.CommandLine;
using System.Text.Json;
using Weir.Cli.Output;
using Weir.Cli.Commands.Kinds;
using Weir.Cli.Commands.Tools;
using Weir.Cli.Connecting;
using Weir.Contracts.Client;
using Weir.Contracts.Json;
using Weir.Contracts.Nodes;

namespace Weir.Cli.Commands.Nodes;

internal static class AddCommand
{
    public static Command Create(CommandContext context)
    {
        var name = new Option<string>("--name") { Description = "The node's name.", HelpName = "NAME", Required = true };
        var parent = new Option<string?>("--parent") { Description = "The node above; without it a root.", HelpName = "ID" };
        var kind = new Option<string?>("--kind") { Description = "Its kind; node unless given.", HelpName = "KIND" };
        var data = new Option<string?>("--data", "-d")
        {
            Description = "A JSON object; @FILE reads it from a file, @- from the standard input.", HelpName = "JSON",
        };
        var artifacts = new Option<string[]>("--artifact") { Description = "A file by its URL.", HelpName = "NAME=URL" };
        return context.Asks(
            new Command("add", "Add a node; nothing changes it afterwards.") { name, parent, kind, data, artifacts },
            async (call, cancellationToken) =>
            {
                var pairs = Given.Pairs("--artifact", call.Value(artifacts));
                var request = new AddNodeRequest(call.Value(name)!)
                {
                    Parent = call.Value(parent),
                    Kind = call.Value(kind),
                    Data = await DataAsync(call, call.Value(data), cancellationToken),
                    Artifacts = pairs.Count > 0 ? pairs : null,
                };
                return await SendAsync(call, request, cancellationToken);
            });
    }

    private static async Task<int> SendAsync(
        ControllerCall call, AddNodeRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var node = await call.Client.Nodes.AddAsync(request, cancellationToken);
            call.Printer.Write(node, WeirJson.Default.NodeView, added => [added.Id]);
            return ExitCodes.Ok;
        }
        catch (WeirApiException refusal) when (refusal.Problems.Count > 0)
        {
            ProblemList.Write(call.Host.Error, refusal.Problems, file: null);
            return ExitCodes.Of(refusal);
        }
    }

    private static async Task<JsonElement?> DataAsync(
        ControllerCall call, string? given, CancellationToken cancellationToken)
    {
        if (given is null) return null;
        var text = given is ['@', .. var file]
            ? (await FlowFile.ReadAsync(call.Host, file, cancellationToken)).Text
            : given;
        return JsonGiven.Read("--data", text);
    }
}
