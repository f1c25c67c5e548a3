namespace Weir.Agent.Folders;

/// <summary>Copies and removes whole folders without ever following a link.</summary>
internal static class FolderTree
{
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Others may pass through to a folder whose name they know, and see nothing of the rest.</summary>
    public const UnixFileMode Passable = Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private const int MostEntries = 50_000;

    private static readonly EnumerationOptions Everything =
        new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    public static bool IsLink(FileSystemInfo entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint);

    /// <summary>Entries of a folder by ordinal order of their names.</summary>
    public static IEnumerable<FileSystemInfo> Entries(string folder) =>
        new DirectoryInfo(folder).EnumerateFileSystemInfos("*", Everything).OrderBy(
            entry => entry.Name, StringComparer.Ordinal);

    public static void Create(string path, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, mode);
    }

    /// <summary>
    /// Files (sharing their blocks where the disk can), modes, times and links as they are; pipes and sockets not.
    /// </summary>
    public static void Copy(string from, string to, CancellationToken cancellationToken)
    {
        Create(to, Private);
        foreach (var entry in Entries(from))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var target = Path.Combine(to, entry.Name);
            if (IsLink(entry)) File.CreateSymbolicLink(target, entry.LinkTarget!);
            else if (entry is DirectoryInfo) Copy(entry.FullName, target, cancellationToken);
            else if (Posix.IsRegularFile(entry.FullName)) File.Copy(entry.FullName, target);
        }

        var info = new DirectoryInfo(from);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(to, info.UnixFileMode);
        Directory.SetLastWriteTimeUtc(to, info.LastWriteTimeUtc);
    }

    /// <summary>
    /// Whether all its files together have no more bytes, and it no more entries than are copied fast.
    /// </summary>
    public static bool HasAtMost(string folder, long bytes)
    {
        var entries = 0;
        var options = new EnumerationOptions
        {
            AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true, RecurseSubdirectories = true,
        };
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", options))
        {
            if (entry is FileInfo file && !IsLink(entry)) bytes -= file.Length;
            if (bytes < 0 || ++entries > MostEntries) return false;
        }

        return true;
    }

    /// <summary>Removes as much as it can; false when something is left.</summary>
    public static bool TryDelete(string path)
    {
        for (var again = 0; again < 2; again++)
        {
            try
            {
                if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
                return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Open(path);
            }
        }

        return false;
    }

    // A step may have left folders that it made unreadable for itself, and so for us.
    private static void Open(string path)
    {
        try
        {
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, Private);
            foreach (var folder in Entries(path).OfType<DirectoryInfo>().Where(folder => !IsLink(folder)))
            {
                Open(folder.FullName);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // what cannot be opened is met again, and reported, by the deletion
        }
    }
}
