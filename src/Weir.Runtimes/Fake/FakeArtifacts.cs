using Weir.Contracts.AgentProtocol;
using Weir.Engine.Definitions;
using Weir.Engine.Runtimes;

namespace Weir.Runtimes.Fake;

/// <summary>
/// Leaves something where a fake step must have left an artifact, so that any flow can be tried on the fake runtime.
/// </summary>
internal static class FakeArtifacts
{
    private const string FileName = "fake";

    public static void Leave(ContainerSpec spec)
    {
        if (!Directory.Exists(spec.Workspace)) return;
        foreach (var artifact in spec.Work.Artifacts.Where(IsPlain))
        {
            var at = Path.Combine(spec.Workspace, artifact.Path);
            if (Path.Exists(at)) continue;
            Directory.CreateDirectory(at);
            File.WriteAllText(Path.Combine(at, FileName), artifact.Name + "\n");
        }
    }

    private static bool IsPlain(ArtifactWork artifact) =>
        artifact.Required && WorkspacePath.ProblemOf(artifact.Path) is null
        && !artifact.Path.AsSpan().ContainsAny('*', '?');
}
