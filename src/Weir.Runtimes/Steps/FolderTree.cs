using System.IO.Enumeration;

namespace Weir.Runtimes.Steps;

/// <summary>Whole folders that a step may have filled with anything: links are never followed.</summary>
internal static class FolderTree
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = FileAttributes.None,
        IgnoreInaccessible = false,
        RecurseSubdirectories = true,
    };

    /// <summary>
    /// Makes everything in it belong to <paramref name="user"/>, and the folder itself private to it.
    /// </summary>
    public static void Give(string folder, int user)
    {
        GiveOne(folder, user);
        var names = new FileSystemEnumerable<string>(
            folder, (ref FileSystemEntry entry) => entry.ToFullPath(), Everything)
        {
            ShouldRecursePredicate = (ref FileSystemEntry entry) =>
                entry.IsDirectory && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
        foreach (var name in names) GiveOne(name, user);
        File.SetUnixFileMode(folder, Private);
    }

    public static void Remove(string folder)
    {
        if (!Directory.Exists(folder)) return;
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (UnauthorizedAccessException)
        {
            Unlock(folder);
            Directory.Delete(folder, recursive: true);
        }
    }

    // A step may have closed folders that its own user (the agent's) must open again to empty them.
    private static void Unlock(string folder)
    {
        File.SetUnixFileMode(folder, Private);
        foreach (var entry in new DirectoryInfo(folder).EnumerateDirectories())
        {
            if (entry.LinkTarget is null) Unlock(entry.FullName);
        }
    }

    // A second name of a file that was never a step's own could stand anywhere; giving it away would give that file
    // away.
    private static void GiveOne(string name, int user)
    {
        if (Posix.Facts(Posix.CurrentFolder, name, 0) is not { } facts || facts.Owner == user) return;
        if (facts.IsRegular && facts.Links > 1 && facts.Owner == Posix.EffectiveUser()) return;
        Posix.Check(Posix.ChangeOwner(name, user, user), name);
    }
}
