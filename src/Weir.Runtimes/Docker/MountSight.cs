using System.Security.Cryptography;
using Weir.Runtimes.Docker.Api;

namespace Weir.Runtimes.Docker;

/// <summary>
/// Whether the engine sees what this process mounts. One that runs in another mount namespace does not, and would give
/// a step the empty folder below the mount; but it refuses to make a container with a folder that is not there for it.
/// </summary>
internal sealed class MountSight(EngineClient engine, DockerNames names)
{
    // It stays as it is while this process lives.
    private bool? _sees;

    /// <param name="folder">It exists within a mount only.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<bool> SeesAsync(string folder, CancellationToken cancellationToken)
    {
        if (_sees is { } known) return known;
        string? id = null;
        try
        {
            var image = await HolderImage.EnsureAsync(engine, cancellationToken);
            var name = names.Look(RandomNumberGenerator.GetHexString(DockerNames.Digits, lowercase: true));
            id = await engine.Containers.CreateAsync(name, Describe(image, folder), CancellationToken.None);
            _sees = true;
        }
        catch (EngineException refused) when (refused.Status is not null)
        {
            _sees = false;
        }
        catch (Exception exception) when (DockerHost.IsTrouble(exception))
        {
            return false;
        }

        if (id is not null) await engine.Containers.RemoveAsync(id, CancellationToken.None);
        return _sees == true;
    }

    // It is never started.
    private CreateContainer Describe(string image, string folder) => new()
    {
        Image = image,
        Entrypoint = ["/bin/true"],
        Labels = names.Labels(DockerNames.LookRole),
        HostConfig = new HostConfig
        {
            NetworkMode = NetworkHolders.None,
            Mounts = [new Mount(folder, "/weir", ReadOnly: true)],
        },
    };
}
