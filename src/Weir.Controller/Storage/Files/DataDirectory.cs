using System.Globalization;
using System.Text.Json.Nodes;

namespace Weir.Controller.Storage.Files;

/// <summary>
/// The folder in which a controller keeps everything, held by one process at a time: an advisory lock that ends with
/// the process, however it ends. Beside it <c>weir.pid</c> names the holder.
/// </summary>
public sealed class DataDirectory : IDisposable
{
    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    /// <summary>Absolute.</summary>
    public string Path { get; }

    public string PidFile => System.IO.Path.Combine(Path, "weir.pid");

    public string Database => System.IO.Path.Combine(Path, "weir.db");

    /// <summary>Makes the folder if need be, for its owner's eyes only, and takes the lock.</summary>
    /// <exception cref="DataDirectoryException">Another process holds it, or it cannot be written.</exception>
    public static DataDirectory Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        try
        {
            MakeFolder(path);
            var directory = new DataDirectory(path, Lock(path));
            File.WriteAllText(directory.PidFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
            return directory;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DataDirectoryException($"cannot use the data folder {path}: {failure.Message}");
        }
    }

    public void Dispose()
    {
        File.Delete(PidFile);
        _lock.Dispose();
    }

    private static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static FileStream Lock(string path)
    {
        var file = System.IO.Path.Combine(path, "weir.lock");
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(file) && ReadPid(path) is { } pid)
        {
            throw new DataDirectoryException(
                $"the data folder {path} is in use by process {pid}: stop it (`weir down`), or choose another --data-dir")
            {
                InUse = true,
            };
        }
    }

    private static string? ReadPid(string path)
    {
        var file = System.IO.Path.Combine(path, "weir.pid");
        if (!File.Exists(file)) return null;
        var text = File.ReadAllText(file).Trim();
        // who runs a controller may say more of itself than its number
        return text.StartsWith('{') && JsonNode.Parse(text)?["process"] is { } process ? process.ToJsonString() : text;
    }
}
