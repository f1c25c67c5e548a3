using System.Collections.Concurrent;
using Weir.Contracts.Flows;
using Weir.Engine.Runtimes;
using Weir.Engine.Security;
using Weir.Runtimes.Docker.Api;

namespace Weir.Runtimes.Docker;

/// <summary>Brings images: each once, however many steps wait for it, and several at the same time.</summary>
internal sealed class ImageShelf(EngineClient engine, DockerRuntimeOptions options, TimeProvider time)
{
    private static readonly string[] UserFaults =
    [
        "not found", "manifest unknown", "denied", "unauthorized", "authentication required", "does not exist",
        "invalid reference format", "no basic auth credentials",
    ];

    private readonly ConcurrentDictionary<(string Image, RegistryLogin? Login), Pull> _pulls = new();

    /// <summary>
    /// The image as the engine has it now. Throws <see cref="RuntimeException"/> when it cannot be had.
    /// </summary>
    /// <param name="wanted">What the step says of it. An agent that never pulls keeps to that.</param>
    /// <param name="tell">Told how far a pull is, for people.</param>
    /// <param name="cancellationToken">Ends the waiting, not the pull.</param>
    public async Task<ImageFacts> GetAsync(
        WantedImage wanted, Action<string>? tell, CancellationToken cancellationToken)
    {
        var image = wanted.Name;
        var policy = options.Pull == PullPolicy.Never ? PullPolicy.Never : wanted.Pull ?? options.Pull;
        var known = policy == PullPolicy.Always ? null : await InspectAsync(image, cancellationToken);
        if (known is not null) return known;
        if (policy == PullPolicy.Never)
        {
            var who = options.Pull == PullPolicy.Never ? "this agent pulls none" : "the step says `pull: never`";
            throw Missing($"image '{image}' is not on this machine, and {who}");
        }

        await PullOnceAsync((image, wanted.Login), tell, cancellationToken);
        return await InspectAsync(image, cancellationToken)
            ?? throw new RuntimeException($"image '{image}' was pulled and is gone");
    }

    /// <summary>Tells how far the pull of an image is, if there is one under way.</summary>
    public void Listen(string image, Action<string> tell)
    {
        if (_pulls.TryGetValue((image, null), out var pull)) pull.Progress.Listen(tell);
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
    private async Task PullOnceAsync(
        (string Image, RegistryLogin? Login) key, Action<string>? tell, CancellationToken cancellationToken)
    {
        var pull = _pulls.GetOrAdd(key, wanted =>
        {
            var progress = new ImagePull(wanted.Image, time);
            return new Pull(progress, new Lazy<Task>(() => PullAsync(wanted.Image, wanted.Login, progress)));
        });
        if (tell is not null) pull.Progress.Listen(tell);
        try
        {
            await pull.Ended.Value.WaitAsync(cancellationToken);
        }
        finally
        {
            if (pull.Ended.Value.IsCompleted) _pulls.TryRemove(KeyValuePair.Create(key, pull));
        }
    }

    private async Task PullAsync(string image, RegistryLogin? login, ImagePull progress)
    {
        var name = ImageName.Parse(image);
        var credentials = login is null
            ? await new DockerFiles(options.Setting).CredentialsForAsync(name.Registry, CancellationToken.None)
            : new Credentials
            {
                Username = login.Username, Password = login.Password, ServerAddress = name.Registry,
            };
        try
        {
            await engine.Images.PullAsync(name, credentials, progress, CancellationToken.None);
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

    private sealed record Pull(ImagePull Progress, Lazy<Task> Ended);
}

/// <summary>An image as a step wants it.</summary>
/// <param name="Name">As the step names it.</param>
/// <param name="Pull">When to ask the registry; null = as the agent is set.</param>
/// <param name="Login">For the registry; null = what this machine has.</param>
internal sealed record WantedImage(string Name, PullPolicy? Pull, RegistryLogin? Login);
