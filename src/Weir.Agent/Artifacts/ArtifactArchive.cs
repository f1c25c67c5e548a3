using System.Formats.Tar;
using Weir.Agent.Folders;
using Weir.Contracts.Statuses;

namespace Weir.Agent.Artifacts;

/// <summary>
/// Tar archives of artifacts and workspaces. Equal content gives equal bytes: entries in order of their names, no
/// owner; an artifact has no times either, a workspace keeps them, as incremental builds go by them.
/// </summary>
internal static class ArtifactArchive
{
    /// <summary>Most that one archive may unpack to.</summary>
    public const long MaxBytes = 64L << 30;

    private const UnixFileMode Permissions = (UnixFileMode)0x1FF;

    /// <summary>
    /// A link that leads out of the archive is a <see cref="StepException"/>, unless <paramref name="exact"/>.
    /// </summary>
    public static async Task WriteAsync(
        Stream target, IEnumerable<FoundFile> files, bool exact, CancellationToken cancellationToken)
    {
        await using var writer = new TarWriter(target, TarEntryFormat.Gnu, leaveOpen: true);
        foreach (var (entry, name) in files)
        {
            var item = new GnuTarEntry(TypeOf(entry), name)
            {
                ModificationTime = exact ? new DateTimeOffset(entry.LastWriteTimeUtc) : DateTimeOffset.UnixEpoch,
                Mode = FolderTree.IsLink(entry) ? Permissions : entry.UnixFileMode & Permissions,
            };
            if (item.EntryType == TarEntryType.SymbolicLink)
            {
                item.LinkName = entry.LinkTarget!;
                if (!exact && LeadsOut(name, item.LinkName))
                {
                    throw ArtifactPath.Wrong(name, "is a link that leads out of the artifact");
                }
            }

            await using var content = item.EntryType == TarEntryType.RegularFile ? File.OpenRead(entry.FullName) : null;
            if (content is not null) item.DataStream = content;
            await writer.WriteEntryAsync(item, cancellationToken);
        }
    }

    /// <summary>
    /// Unpacks below <paramref name="root"/> (an existing folder), replacing files that are there. Entries that climb,
    /// are absolute, or would be written through a link are a <see cref="StepException"/>.
    /// </summary>
    public static async Task UnpackAsync(Stream archive, string root, bool exact, CancellationToken cancellationToken)
    {
        await using var reader = new TarReader(archive, leaveOpen: true);
        var folders = new List<(string Path, TarEntry Entry)>();
        var (count, bytes) = (0, 0L);
        while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            bytes += entry.Length;
            if (++count > ArtifactFinder.MaxEntries || bytes > MaxBytes)
            {
                throw Bad(entry.Name, "is one too many or too large");
            }

            var path = Place(root, entry.Name);
            switch (entry.EntryType)
            {
                case TarEntryType.Directory:
                    MakeFolder(root, path, entry.Name);
                    folders.Add((path, entry));
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                    await ExtractAsync(entry, root, path, cancellationToken);
                    if (exact) File.SetLastWriteTimeUtc(path, entry.ModificationTime.UtcDateTime);
                    break;
                case TarEntryType.SymbolicLink:
                    if (!exact && LeadsOut(entry.Name, entry.LinkName))
                    {
                        throw Bad(entry.Name, "is a link that leads out");
                    }

                    MakeRoom(root, path, entry.Name);
                    File.CreateSymbolicLink(path, entry.LinkName);
                    break;
                default:
                    throw Bad(entry.Name, $"is of the kind {entry.EntryType}, which is not unpacked");
            }
        }

        foreach (var (path, entry) in Enumerable.Reverse(folders)) Settle(path, entry, exact);
    }

    private static async Task ExtractAsync(
        TarEntry entry, string root, string path, CancellationToken cancellationToken)
    {
        MakeRoom(root, path, entry.Name);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = entry.Mode & Permissions;
        await using var file = new FileStream(path, options);
        if (entry.DataStream is { } content) await content.CopyToAsync(file, cancellationToken);
    }

    // Modes and times last: a folder may be read-only, and filling it changes its time.
    private static void Settle(string path, TarEntry entry, bool exact)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, entry.Mode & Permissions);
        if (exact) Directory.SetLastWriteTimeUtc(path, entry.ModificationTime.UtcDateTime);
    }

    private static string Place(string root, string name)
    {
        var segments = name.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (name.StartsWith('/') || segments.Contains("..") || name.Contains('\0', StringComparison.Ordinal))
        {
            throw Bad(name, "leads out of the archive");
        }

        return segments.Where(segment => segment != ".").Aggregate(root, Path.Combine);
    }

    private static void MakeRoom(string root, string path, string name)
    {
        MakeFolder(root, Path.GetDirectoryName(path)!, name);
        var there = new FileInfo(path);
        if (Directory.Exists(path) && there.LinkTarget is null) throw Bad(name, "would replace a folder");
        if (there.Exists || there.LinkTarget is not null) there.Delete();
    }

    private static void MakeFolder(string root, string path, string name)
    {
        if (path.Length <= root.Length) return;
        MakeFolder(root, Path.GetDirectoryName(path)!, name);
        if (new FileInfo(path).LinkTarget is not null) throw Bad(name, "would be written through a link");
        FolderTree.Create(path, FolderTree.Private | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }

    private static bool LeadsOut(string name, string link)
    {
        if (link.StartsWith('/')) return true;
        var depth = name.Count(letter => letter == '/');
        foreach (var segment in link.Split('/'))
        {
            depth += segment switch { "" or "." => 0, ".." => -1, _ => 1 };
            if (depth < 0) return true;
        }

        return false;
    }

    private static TarEntryType TypeOf(FileSystemInfo entry) =>
        FolderTree.IsLink(entry) ? TarEntryType.SymbolicLink
        : entry is DirectoryInfo ? TarEntryType.Directory
        : TarEntryType.RegularFile;

    private static StepException Bad(string name, string what) =>
        new(ReasonCode.Artifact, $"'{name}' in the archive {what}");
}
