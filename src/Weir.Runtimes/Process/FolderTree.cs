using System.IO.Enumeration;

namespace Weir.Runtimes.Process;

/// <summary>Whole folders that a step may have filled with anything: links are never followed.</summary>
internal static class FolderTree
{
    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = 0,
        IgnoreInaccessible = false,
        RecurseSubdirectories = true,
    };

    /// <summary>Makes everything in it belong to <paramref name="user"/>, and the folder itself private to it.</summary>
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
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public static void Remove(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    // A second name of a file that was never a step's own could stand anywhere; giving it away would give that file away.
    private static void GiveOne(string name, int user)
    {
        if (Posix.Facts(Posix.CurrentFolder, name, 0) is not { } facts || facts.Owner == user) return;
        if (facts.IsRegular && facts.Links > 1 && facts.Owner == Posix.EffectiveUser()) return;
        Posix.Check(Posix.ChangeOwner(name, user, user), name);
    }
}
