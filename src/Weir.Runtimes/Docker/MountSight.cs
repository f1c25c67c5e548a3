using System.Security.Cryptography;
using Weir.Runtimes.Docker.Api;

namespace Weir.Runtimes.Docker;

/// <summary>
/// Whether the engine sees what this process mounts. One that runs in another mount namespace does not, and would give
/// a step the empty folder below the mount. Docker refuses to make a container with a folder that is not there for it,
/// podman makes the folder; so the engine is asked for a file.
/// </summary>
internal sealed class MountSight(EngineClient engine, DockerNames names)
{
    private const string Inside = "/weir";
    private const string Mark = "here";

    // It stays as it is while this process lives.
    private bool? _sees;

    /// <param name="folder">It exists within a mount only; a file is left in it.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<bool> SeesAsync(string folder, CancellationToken cancellationToken)
    {
        try
        {
            return _sees ??= await LookAsync(folder, cancellationToken);
        }
        catch (Exception exception) when (DockerHost.IsTrouble(exception))
        {
            return false;
        }
    }

    private async Task<bool> LookAsync(string folder, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, Mark), "", cancellationToken);
        var image = await HolderImage.EnsureAsync(engine, cancellationToken);
        var name = names.Look(RandomNumberGenerator.GetHexString(DockerNames.Digits, lowercase: true));
        string? id = null;
        try
        {
            id = await engine.Containers.CreateAsync(name, Describe(image, folder), CancellationToken.None);
            await using var file = await engine.Containers.ReadArchiveAsync(id, $"{Inside}/{Mark}", cancellationToken);
            return true;
        }
        catch (EngineException refused) when (refused.Status is not null)
        {
            return false;
        }
        finally
        {
            if (id is not null) await engine.Containers.RemoveAsync(id, CancellationToken.None);
        }
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
            Mounts = [new Mount(folder, Inside, ReadOnly: true)],
        },
    };
}
