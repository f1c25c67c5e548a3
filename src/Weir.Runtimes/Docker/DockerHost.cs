using Weir.Runtimes.Docker.Api;
using Weir.Runtimes.Steps;

namespace Weir.Runtimes.Docker;

/// <summary>What all containers of a runtime share.</summary>
internal sealed record DockerHost(EngineClient Engine, EventThread Events, TimeProvider Time)
{
    /// <summary>The engine refused, failed or is not there.</summary>
    public static bool IsTrouble(Exception exception) =>
        exception is EngineException or HttpRequestException or IOException;
}
