using Weir.Cli.Output;
using Weir.Contracts.Flows;

namespace Weir.Cli.Commands.Flows;

internal static class FlowTable
{
    public static Table<FlowView> At(DateTimeOffset now) => new(
    [
        new("FLOW", flow => flow.Name),
        new("REVISION", flow => flow.Revision.ToString()),
        new("CREATED", flow => Elapsed.Ago(flow.Created, now)),
        new("BY", flow => flow.CreatedBy),
        new("STEPS", flow => flow.Steps.Count.ToString()),
        new("DESCRIPTION", flow => flow.Description ?? flow.Title),
    ]);
}
