using System.Text;
using Weir.Contracts.Problems;
using Weir.Engine.Definitions.Formats;

namespace Weir.Engine.Definitions;

/// <summary>
/// Reads a flow file into a definition, or tells everything that is wrong with it. Native files are YAML or JSON (the
/// same tree); files of other formats are known by their content and turned into a native tree first.
/// </summary>
public static class FlowReader
{
    public const int MaxBytes = 1024 * 1024;

    /// <param name="file">Its name; its ending tells JSON and EDN from YAML.</param>
    public static FlowReadResult Read(string text, string? file = null)
    {
        var problems = new ProblemList();
        var flow = ReadTree(text, file, problems) is { } source ? Bind(source.Tree, problems) : null;
        return new FlowReadResult(problems.HasErrors ? null : flow, problems.InOrder());
    }

    /// <summary>Gives the same flow in the native format, as YAML.</summary>
    public static FlowTextResult Convert(string text, string? file = null)
    {
        var problems = new ProblemList();
        var source = ReadTree(text, file, problems);
        if (source is not null) Bind(source.Tree, problems);
        var all = problems.InOrder();
        var isGood = source?.Tree is TreeMap && !problems.HasErrors;
        return new FlowTextResult(isGood ? FlowPrinter.Print((TreeMap)source!.Tree, source.Format, all) : null, all);
    }

    /// <summary>Gives the flow with some of it changed, in the native format.</summary>
    public static FlowTextResult Adapt(string text, string? file, FlowAdaption adaption)
    {
        var problems = new ProblemList();
        var source = ReadTree(text, file, problems);
        var flow = source is null ? null : Bind(source.Tree, problems);
        if (flow is not null && adaption.Step is { } step && !flow.Steps.Any(known => known.Name == step))
            problems.Add("steps", new Place(0, 0), $"the flow has no step `{step}`");
        if (flow is null || problems.HasErrors) return new FlowTextResult(null, problems.InOrder());
        var adapted = adaption.Apply((TreeMap)source!.Tree, flow);
        return new FlowTextResult(FlowPrinter.Print(adapted, FlowSource.NativeFormat, []), problems.InOrder());
    }

    private static FlowSource? ReadTree(string text, string? file, ProblemList problems)
    {
        if (text.Length <= MaxBytes && Encoding.UTF8.GetByteCount(text) <= MaxBytes)
            return FlowSource.Read(text.TrimStart('\uFEFF'), file, problems);
        problems.Add("", new Place(1, 1), $"the file is larger than {MaxBytes / 1024} KiB");
        return null;
    }

    private static FlowDefinition? Bind(TreeValue tree, ProblemList problems)
    {
        FlowKeys.Flow.Check(tree, "", problems);
        if (tree is not TreeMap root) return null;
        var flow = new FlowBinder(problems).Bind(root);
        FlowChecker.Check(flow, new FlowPlaces(root), problems);
        return flow;
    }
}

/// <summary>
/// A definition without errors, or null; <paramref name="Problems"/> holds errors and warnings in order of place.
/// </summary>
public sealed record FlowReadResult(FlowDefinition? Flow, IReadOnlyList<Problem> Problems);

/// <summary>A native flow file, or null when there are errors.</summary>
public sealed record FlowTextResult(string? Text, IReadOnlyList<Problem> Problems);
