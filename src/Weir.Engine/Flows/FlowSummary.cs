using Weir.Contracts.Flows;
using Weir.Engine.Definitions;

namespace Weir.Engine.Flows;

/// <summary>What lists and forms show of a definition.</summary>
internal static class FlowSummary
{
    /// <summary>The caller fills in namespace, revision and creation.</summary>
    public static FlowView Of(FlowDefinition flow) => new()
    {
        Name = flow.Name,
        Namespace = "",
        Revision = 0,
        Created = default,
    };
}
