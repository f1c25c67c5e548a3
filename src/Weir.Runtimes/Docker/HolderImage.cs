using System.Formats.Tar;
using Weir.Runtimes.Docker.Api;

namespace Weir.Runtimes.Docker;

/// <summary>
/// The image of holders: empty folders, into which this machine's own programs are mounted for reading. So no user's
/// image runs in a holder, and none has to be pulled for it.
/// </summary>
internal static class HolderImage
{
    public static readonly ImageName Name = new("weir-holder", "1");
    private static readonly string[] Folders = ["bin", "sbin", "lib", "lib32", "lib64", "usr", "weir"];

    public static IReadOnlyList<string> Binds =>
        [.. Folders.Select(name => "/" + name).Where(Directory.Exists).Select(folder => $"{folder}:{folder}:ro")];

    /// <summary>Its id: what the engine calls an image without a registry differs between engines.</summary>
    public static async Task<string> EnsureAsync(EngineClient engine, CancellationToken cancellationToken)
    {
        if (await FindAsync(engine, cancellationToken) is { } known) return known;
        var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            foreach (var folder in Folders)
            {
                await writer.WriteEntryAsync(
                    new PaxTarEntry(TarEntryType.Directory, folder + "/"), cancellationToken);
            }
        }

        tar.Position = 0;
        var label = $"LABEL {DockerNames.ImageLabel}=holder";
        var id = await engine.Images.ImportAsync(Name, tar, [label], cancellationToken);
        // podman's socket takes the name and does not use it.
        await engine.Images.TagAsync(id, Name, cancellationToken);
        return id;
    }

    private static async Task<string?> FindAsync(EngineClient engine, CancellationToken cancellationToken)
    {
        var image = await engine.Images.InspectAsync($"{Name.Repository}:{Name.Tag}", cancellationToken);
        return image?.Id;
    }
}
