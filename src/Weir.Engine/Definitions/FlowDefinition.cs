namespace Weir.Engine.Definitions;

/// <summary>A flow as written.</summary>
public sealed record FlowDefinition
{
    public required string Name { get; init; }
}
