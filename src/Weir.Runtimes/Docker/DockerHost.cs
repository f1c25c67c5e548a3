using System.Text.Json;
using Weir.Runtimes.Docker.Api;
using Weir.Runtimes.Steps;

namespace Weir.Runtimes.Docker;

/// <summary>What all containers of a runtime share.</summary>
internal sealed record DockerHost(EngineClient Engine, EventThread Events, TimeProvider Time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>Asks until the engine answers: one that is restarted tells nothing for a while.</summary>
    public async Task<T> InsistAsync<T>(
        Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; ; pause = pause < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await request(cancellationToken);
            }
            catch (Exception exception) when (IsTrouble(exception) || exception is JsonException)
            {
                await Task.Delay(pause, Time, cancellationToken);
            }
        }
    }

    /// <summary>The engine refused, failed or is not there.</summary>
    public static bool IsTrouble(Exception exception) =>
        exception is EngineException or HttpRequestException or IOException;
}
