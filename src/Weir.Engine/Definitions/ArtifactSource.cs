using System.Collections.Immutable;

namespace Weir.Engine.Definitions;

/// <summary>Finds the step whose artifact a resource means.</summary>
internal static class ArtifactSource
{
    /// <summary>
    /// The nearest step that is over before <paramref name="step"/> and declares an artifact of that name; null = none.
    /// </summary>
    public static string? Find(ImmutableArray<StepDefinition> steps, StepGraph graph, int step, string artifact)
    {
        for (var i = graph.Order.Count - 1; i >= 0; i--)
        {
            var other = graph.Order[i];
            if (graph.Precedes(other, step) && steps[other].Artifacts.Any(a => a.Name == artifact))
                return steps[other].Name;
        }

        return null;
    }
}
