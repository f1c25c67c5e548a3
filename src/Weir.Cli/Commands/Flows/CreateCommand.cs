using System.CommandLine;
using Weir.Cli.Commands.Tools;
using Weir.Cli.Connecting;
using Weir.Cli.Output;
using Weir.Contracts.Client;
using Weir.Contracts.Flows;
using Weir.Contracts.Json;

namespace Weir.Cli.Commands.Flows;

internal static class CreateCommand
{
    public static Command Create(CommandContext context)
    {
        var file = new Option<string>("--file", "-f")
        {
            Description = "The flow file; - reads the standard input.", HelpName = "FILE", Required = true,
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Check only; store nothing." };
        var expect = new Option<int?>("--expect-revision")
        {
            Description = "Refuse unless this is the newest revision (0 = there is none).", HelpName = "N",
        };
        return context.Asks(
            new Command("create", "Store a flow, or a new revision of it.") { file, dryRun, expect },
            async (call, cancellationToken) =>
            {
                var flow = await FlowFile.ReadAsync(call.Host, call.Value(file)!, cancellationToken);
                var request = new CreateFlowRequest(flow.Text)
                {
                    File = flow.Name, DryRun = call.Value(dryRun), ExpectedRevision = call.Value(expect),
                };
                return await SendAsync(call, request, cancellationToken);
            });
    }

    private static async Task<int> SendAsync(
        ControllerCall call, CreateFlowRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var made = await call.Client.Flows.CreateAsync(request, cancellationToken);
            ProblemList.Write(call.Host.Error, made.Warnings, request.File);
            call.Printer.Write(
                made.Flow, WeirJson.Default.FlowView, flow => [Sentence(flow, made.Changed, request.DryRun)]);
            return ExitCodes.Ok;
        }
        catch (WeirApiException refusal) when (refusal.Problems.Count > 0)
        {
            ProblemList.Write(call.Host.Error, refusal.Problems, request.File);
            return ExitCodes.Of(refusal);
        }
    }

    private static string Sentence(FlowView flow, bool changed, bool dryRun) => (dryRun, changed) switch
    {
        (true, _) => $"flow '{flow.Name}' is valid; nothing stored",
        (_, true) => $"flow '{flow.Name}' is now at revision {flow.Revision}",
        _ => $"flow '{flow.Name}' is unchanged at revision {flow.Revision}",
    };
}
