using System.Text;
using Weir.Contracts.Problems;

namespace Weir.Engine.Definitions;

/// <summary>
/// Reads a flow file (YAML or JSON: the same tree) into a definition, or tells everything that is wrong with it.
/// </summary>
public static class FlowReader
{
    public const int MaxBytes = 1024 * 1024;

    /// <param name="file">Its name; one that ends in <c>.json</c> is read as JSON only.</param>
    public static FlowReadResult Read(string text, string? file = null)
    {
        var problems = new ProblemList();
        var flow = Read(text.TrimStart('\uFEFF'), file, problems);
        return new FlowReadResult(problems.HasErrors ? null : flow, problems.InOrder());
    }

    private static FlowDefinition? Read(string text, string? file, ProblemList problems)
    {
        if (text.Length > MaxBytes || Encoding.UTF8.GetByteCount(text) > MaxBytes)
        {
            problems.Add("", new Place(1, 1), $"the file is larger than {MaxBytes / 1024} KiB");
            return null;
        }

        if (ReadTree(text, file, problems) is not { } tree) return null;
        FlowKeys.Flow.Check(tree, "", problems);
        if (tree is not TreeMap root) return null;
        var flow = new FlowBinder(problems).Bind(root);
        FlowChecker.Check(flow, new FlowPlaces(root), problems);
        return flow;
    }

    private static TreeValue? ReadTree(string text, string? file, ProblemList problems)
    {
        var isJson = file?.EndsWith(".json", StringComparison.OrdinalIgnoreCase) == true;
        if (!isJson && !text.AsSpan().TrimStart().StartsWith('{')) return YamlTreeReader.Read(text, problems);
        if (JsonTreeReader.Read(text, problems, out var error) is { } tree) return tree;
        if (!isJson) return YamlTreeReader.Read(text, problems);
        problems.Add("", error.Place, error.Message);
        return null;
    }
}

/// <summary>
/// A definition without errors, or null; <paramref name="Problems"/> holds errors and warnings in order of place.
/// </summary>
public sealed record FlowReadResult(FlowDefinition? Flow, IReadOnlyList<Problem> Problems);
