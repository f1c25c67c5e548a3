using Microsoft.Win32.SafeHandles;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Steps;

namespace Weir.Runtimes.Process;

/// <summary>
/// The attempt's folder. With users of their own, the folder stays the agent's and only what the step needs is its
/// user's, so the step can neither replace nor remove a name in it.
/// </summary>
/// <param name="Path">An absolute path.</param>
/// <param name="User">Who the step runs as; null = the agent's user.</param>
internal sealed record StepFolder(string Path, int? User)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Passable = Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const uint FifoMode = 0x180;

    public string Stdout => GatePlaces.StdoutIn(Path);
    public string Stderr => GatePlaces.StderrIn(Path);
    public string Output => System.IO.Path.Combine(Path, "output");
    public string Masks => System.IO.Path.Combine(Path, "masks");
    public string Home => System.IO.Path.Combine(Path, "home");

    public void Create()
    {
        Directory.CreateDirectory(Path, Passable);
        File.SetUnixFileMode(Path, Private);
        if (System.IO.Path.GetDirectoryName(Path) is { } parent) CheckReachable(parent);
        Directory.CreateDirectory(Home, Private);
        foreach (var name in new[] { Output, Masks })
        {
            using (File.OpenHandle(name, FileMode.Create, FileAccess.Write)) File.SetUnixFileMode(name, PrivateFile);
        }

        Posix.Check(Posix.MakeFifo(Stdout, FifoMode), Stdout);
        Posix.Check(Posix.MakeFifo(Stderr, FifoMode), Stderr);
        foreach (var name in new[] { Home, Output, Masks, Stdout, Stderr }) Give(name);
    }

    /// <summary>
    /// Lets the step's user pass; until then the step before it, which has the same user, could not tamper with it.
    /// </summary>
    public void LetIn() => File.SetUnixFileMode(Path, Passable);

    public void WriteCommands(IReadOnlyList<string> commands) =>
        StepFiles.WriteCommands(Path, commands, PrivateFile, Give);

    public byte[] ReadMasks(int maxBytes) => StepFiles.ReadPlain(Masks, User ?? Posix.EffectiveUser(), maxBytes);

    /// <summary>
    /// What the step left in the output file. Throws <see cref="RuntimeException"/> when it is no plain small file.
    /// </summary>
    public byte[] ReadOutput(int maxBytes) =>
        StepFiles.ReadPlain(Output, User ?? Posix.EffectiveUser(), maxBytes);

    /// <summary>
    /// Removes what <see cref="Create"/> and the step made, and the folder when nothing else is in it.
    /// </summary>
    public void Remove()
    {
        if (!Directory.Exists(Path)) return;
        FolderTree.Remove(Home);
        foreach (var file in Directory.EnumerateFiles(Path))
        {
            var name = System.IO.Path.GetFileName(file);
            if (name is "stdout" or "stderr" or "output" or "masks" || name.EndsWith(".sh", StringComparison.Ordinal))
                File.Delete(file);
        }

        if (!Directory.EnumerateFileSystemEntries(Path).Any()) Directory.Delete(Path);
    }

    public void Give(SafeFileHandle file)
    {
        if (User is { } user) Posix.Check(Posix.ChangeOwner(file, user, user), Path);
    }

    /// <summary>Throws <see cref="RuntimeException"/> when the step's user cannot come to a folder.</summary>
    public void CheckReachable(string place)
    {
        if (User is null) return;
        for (var folder = place; folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
        {
            if (Posix.Facts(Posix.CurrentFolder, folder, 0) is not { IsFolder: true, IsOpenToAll: false }) continue;
            throw new RuntimeException(
                $"the steps' users cannot pass through {folder}: allow it (chmod o+x) or choose another data folder");
        }
    }

    private void Give(string name)
    {
        if (User is { } user) Posix.Check(Posix.ChangeOwner(name, user, user), name);
    }
}
