using System.CommandLine;
using Weir.Cli.Output;
using Weir.Contracts.Flows;
using Weir.Contracts.Json;

namespace Weir.Cli.Commands.Flows;

internal static class GetCommand
{
    public static Command Create(CommandContext context)
    {
        var name = new Argument<string>("flow") { Description = "The flow's name." };
        var revision = new Option<int?>("--revision") { Description = "The newest unless given.", HelpName = "N" };
        var file = new Option<bool>("--definition") { Description = "Print the flow file only, as it was given." };
        return context.Asks(
            new Command("get", "Show a flow.") { name, revision, file },
            async (call, cancellationToken) =>
            {
                var flow = await call.Client.Flows.GetAsync(call.Value(name), call.Value(revision), cancellationToken);
                if (call.Value(file)) call.Host.Output.Write(flow.Definition);
                else call.Printer.Write(flow, WeirJson.Default.FlowView, shown => Lines(shown, call.Palette, call.Now));
                return ExitCodes.Ok;
            });
    }

    private static IEnumerable<string> Lines(FlowView flow, Palette palette, DateTimeOffset now)
    {
        yield return $"{palette.Strong(flow.Name)} revision {flow.Revision}, {Elapsed.Ago(flow.Created, now)}";
        if (flow.Description is { Length: > 0 } description) yield return description;
        foreach (var param in flow.Params) yield return $"param {param.Name}: {param.Type}{Extra(param)}";
        yield return $"steps: {string.Join(", ", flow.Steps)}";
    }

    private static string Extra(ParamView param)
    {
        var choices = param.Choices is { Count: > 0 } some ? $" ({string.Join(" | ", some)})" : "";
        var value = param.Default is { } given ? $" = {given}" : param.Required ? ", required" : "";
        return choices + value + (param.Description is { } text ? $" — {text}" : "");
    }
}
