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
        Title = flow.Title,
        Description = flow.Description,
        Revision = 0,
        Created = default,
        Params = [.. flow.Params.Select(ParamOf)],
        Steps = [.. flow.Steps.Select(step => step.Name)],
    };

    private static ParamView ParamOf(ParamDefinition param) => new(param.Name, param.Type)
    {
        Description = param.Description,
        Required = param.Required,
        Default = param.Default,
        Choices = param.Choices.IsDefaultOrEmpty ? null : param.Choices,
    };
}
