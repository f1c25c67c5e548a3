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

    public static async Task EnsureAsync(EngineClient engine, CancellationToken cancellationToken)
    {
        var name = $"{Name.Repository}:{Name.Tag}";
        if (await engine.Images.InspectAsync(name, cancellationToken) is not null) return;
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
        await engine.Images.ImportAsync(Name, tar, [$"LABEL {DockerNames.ImageLabel}=holder"], cancellationToken);
    }
}
