using Weir.Engine.Definitions.Formats;

namespace Weir.Engine.Definitions;

/// <summary>What is to be other than a flow file says; null = as it says.</summary>
public sealed record FlowAdaption
{
    /// <summary>The image of steps that name none, where the flow names none either.</summary>
    public string? Image { get; init; }

    /// <summary>Only this step and what it waits for.</summary>
    public string? Step { get; init; }

    /// <summary>The address of the source, where the flow has one.</summary>
    public string? Git { get; init; }

    /// <summary>What to check out of <see cref="Git"/>.</summary>
    public string? Ref { get; init; }

    internal TreeMap Apply(TreeMap root, FlowDefinition flow)
    {
        var adapted = new NativeMap(root.Place);
        foreach (var (key, value) in root.Entries)
        {
            adapted.Put(key.Value, key.Value switch
            {
                "source" when Git is not null => SourceOf(value),
                "steps" when Step is not null && value is TreeList steps => StepsOf(steps, flow),
                _ => value,
            });
        }

        return Image is null || flow.Image is not null
            ? adapted.Build()
            : adapted.Set("image", Native.Literal(Image)).Build();
    }

    private TreeMap SourceOf(TreeValue written)
    {
        var source = new NativeMap(written.Place);
        foreach (var (key, value) in (written as TreeMap)?.Entries ?? []) source.Put(key.Value, value);
        return source.Set("git", Native.Literal(Git!)).Set("ref", Native.Literal(Ref!)).Build();
    }

    private TreeList StepsOf(TreeList steps, FlowDefinition flow)
    {
        var graph = new StepGraph(flow.Steps);
        if (!graph.TryPositionOf(Step!, out var wanted)) return steps;
        return steps with
        {
            Items = [.. steps.Items.Where((_, i) => i == wanted || graph.Precedes(i, wanted))],
        };
    }
}
