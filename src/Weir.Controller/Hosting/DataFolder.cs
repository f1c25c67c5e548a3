namespace Weir.Controller.Hosting;

/// <summary>The folder of one controller, locked for as long as it runs.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    public string Path { get; }

    public static DataFolder Open(string folder)
    {
        var path = System.IO.Path.GetFullPath(folder);
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
            else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return new DataFolder(path, Lock(path));
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new ControllerStartException($"the data folder {path} cannot be written: {refused.Message}", refused);
        }
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(
                System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException held)
        {
            throw new ControllerStartException(
                $"the data folder {path} is in use by another controller: stop it (`weir down`) or give `--data-dir` another folder", held);
        }
    }
}
