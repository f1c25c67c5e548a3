using Microsoft.Extensions.Hosting;

namespace Weir.Controller.Hosting;

/// <summary>
/// Leaves signals to the caller: a process that also holds an agent must stop the agent first, while the controller
/// still takes its last reports.
/// </summary>
internal sealed class CallerLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
