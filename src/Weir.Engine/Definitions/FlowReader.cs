using Weir.Contracts.Problems;

namespace Weir.Engine.Definitions;

/// <summary>Reads a flow file (YAML or JSON: the same tree) into a definition, or tells everything that is wrong with it.</summary>
public static class FlowReader
{
    public static FlowReadResult Read(string text, string? file = null) => throw new NotSupportedException();
}

/// <summary>A definition without errors, or null; <paramref name="Problems"/> holds errors and warnings in order of place.</summary>
public sealed record FlowReadResult(FlowDefinition? Flow, IReadOnlyList<Problem> Problems);
