using System.Collections.Concurrent;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Docker.Api;

namespace Weir.Runtimes.Docker;

/// <summary>Brings images: each once, however many steps wait for it, and several at the same time.</summary>
internal sealed class ImageShelf(EngineClient engine, DockerRuntimeOptions options)
{
    private static readonly string[] UserFaults =
    [
        "not found", "manifest unknown", "denied", "unauthorized", "authentication required", "does not exist",
        "invalid reference format", "no basic auth credentials",
    ];

    private readonly ConcurrentDictionary<string, Lazy<Task>> _pulls = new(StringComparer.Ordinal);

    /// <summary>
    /// The image as the engine has it now. Throws <see cref="RuntimeException"/> when it cannot be had.
    /// </summary>
    public async Task<ImageFacts> GetAsync(string image, CancellationToken cancellationToken)
    {
        var known = options.Pull == PullPolicy.Always ? null : await InspectAsync(image, cancellationToken);
        if (known is not null) return known;
        if (options.Pull == PullPolicy.Never)
        {
            throw Missing($"image '{image}' is not on this machine, and this agent pulls none");
        }

        await PullOnceAsync(image, cancellationToken);
        return await InspectAsync(image, cancellationToken)
            ?? throw new RuntimeException($"image '{image}' was pulled and is gone");
    }

    private async Task<ImageFacts?> InspectAsync(string image, CancellationToken cancellationToken)
    {
        try
        {
            return await engine.Images.InspectAsync(image, cancellationToken);
        }
        catch (EngineException refused) when (refused.Status is not null && IsUserFault(refused))
        {
            throw Missing($"image '{image}': {refused.Message}");
        }
    }

    // Who waits may give up; the pull goes on for the others and for the next attempt.
    private async Task PullOnceAsync(string image, CancellationToken cancellationToken)
    {
        var pull = _pulls.GetOrAdd(image, name => new Lazy<Task>(() => PullAsync(name)));
        try
        {
            await pull.Value.WaitAsync(cancellationToken);
        }
        finally
        {
            if (pull.Value.IsCompleted) _pulls.TryRemove(KeyValuePair.Create(image, pull));
        }
    }

    private async Task PullAsync(string image)
    {
        var name = ImageName.Parse(image);
        var credentials = new DockerFiles(options.Setting).CredentialsFor(name.Registry);
        try
        {
            await engine.Images.PullAsync(name, credentials, null, CancellationToken.None);
        }
        catch (EngineException refused)
        {
            throw new RuntimeException($"image '{image}' could not be pulled: {refused.Message}", refused)
            {
                UserFault = IsUserFault(refused),
            };
        }
    }

    private static bool IsUserFault(EngineException refused) =>
        UserFaults.Any(text => refused.Message.Contains(text, StringComparison.OrdinalIgnoreCase));

    private static RuntimeException Missing(string message) => new(message) { UserFault = true };
}
