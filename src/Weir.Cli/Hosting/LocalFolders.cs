namespace Weir.Cli.Hosting;

/// <summary>
/// The data folder of a controller and an agent side by side: steps may run as users of their own, who must pass
/// through
/// it to their workspaces and read nothing else in it.
/// </summary>
internal static class LocalFolders
{
    private const string AgentName = "agent";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Passable = Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public static string AgentIn(string folder) => Path.Combine(folder, AgentName);

    public static void Prepare(string folder)
    {
        Directory.CreateDirectory(folder);
        File.SetUnixFileMode(folder, Passable);
    }

    /// <summary>What the controller made is for its own eyes.</summary>
    public static void Close(string folder)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(folder))
        {
            if (Path.GetFileName(path) == AgentName) continue;
            File.SetUnixFileMode(
                path, Directory.Exists(path) ? Private : UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    /// <summary>Whether other users can pass through every folder above it.</summary>
    public static bool CanBePassed(string folder)
    {
        for (var at = folder; at is not null; at = Path.GetDirectoryName(at))
        {
            if (Directory.Exists(at) && !File.GetUnixFileMode(at).HasFlag(UnixFileMode.OtherExecute)) return false;
        }

        return true;
    }
}
