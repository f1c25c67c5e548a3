using System.Runtime.Versioning;
using Weir.Controller.Storage;
using Weir.Controller.Storage.Files;

namespace Weir.Tests.Storage.Files;

public sealed class DataDirectories : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_is_held_by_one_at_a_time_and_the_refusal_names_the_process()
    {
        using (DataDirectory.Open(_folder["data"]))
        {
            var refusal = Assert.Throws<DataDirectoryException>(() => DataDirectory.Open(_folder["data"]));
            Assert.Contains($"process {Environment.ProcessId}", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("weir down", refusal.Message, StringComparison.Ordinal);
        }

        using var next = DataDirectory.Open(_folder["data"]);
        Assert.Equal(_folder["data"], next.Path);
    }

    [Fact]
    public void A_pid_file_that_a_killed_process_left_does_not_hold_the_folder()
    {
        Directory.CreateDirectory(_folder["data"]);
        File.WriteAllText(_folder["data/weir.pid"], "1\n");
        File.WriteAllText(_folder["data/weir.lock"], "");
        using var directory = DataDirectory.Open(_folder["data"]);
        Assert.Equal($"{Environment.ProcessId}\n", File.ReadAllText(directory.PidFile));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Only_its_owner_may_look_into_it()
    {
        using var directory = DataDirectory.Open(_folder["data"]);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(directory.Path));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_refused_with_its_name()
    {
        File.WriteAllText(_folder["file"], "");
        var refusal = Assert.Throws<DataDirectoryException>(() => DataDirectory.Open(_folder["file"]));
        Assert.Contains(_folder["file"], refusal.Message, StringComparison.Ordinal);
    }
}
