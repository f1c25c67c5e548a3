using Microsoft.Win32.SafeHandles;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Files;

/// <summary>The open files of one attempt's log.</summary>
internal sealed class AttemptFiles : IDisposable
{
    private const string StdoutName = "stdout.log";
    private const string StderrName = "stderr.log";
    private const string IndexName = "index";

    private AttemptFiles(string folder)
    {
        Stdout = Open(folder, StdoutName);
        Stderr = Open(folder, StderrName);
        Index = Open(folder, IndexName);
    }

    public SafeFileHandle Stdout { get; }
    public SafeFileHandle Stderr { get; }
    public SafeFileHandle Index { get; }

    public SafeFileHandle Of(LogStream stream) => stream == LogStream.Stdout ? Stdout : Stderr;

    /// <summary>Null when the attempt has no log yet.</summary>
    public static AttemptFiles? OpenExisting(LogPaths paths, LogKey key)
    {
        var folder = paths.Attempt(key);
        return File.Exists(Path.Combine(folder, IndexName)) ? new AttemptFiles(folder) : null;
    }

    /// <summary>
    /// Makes the files and, when no later attempt has begun, the second names of the newest attempt's log.
    /// </summary>
    /// <param name="touched">Folders whose names changed, to be flushed before anything in them counts as
    /// durable.</param>
    public static AttemptFiles Create(LogPaths paths, LogKey key, List<string> touched)
    {
        var attempt = paths.Attempt(key);
        MakeFolder(attempt, touched);
        var files = new AttemptFiles(attempt);
        touched.Add(attempt);
        if (HasLaterAttempt(paths, key)) return files;
        var newest = paths.Newest(key);
        MakeFolder(newest, touched);
        foreach (var name in (ReadOnlySpan<string>)[StdoutName, StderrName, IndexName])
            Link(Path.Combine(attempt, name), Path.Combine(newest, name), $".{key.Attempt}");
        touched.Add(newest);
        return files;
    }

    /// <summary>Flushes what lies between the two.</summary>
    public void Sync(Extent durable, Extent written)
    {
        if (written.Lengths.Stdout != durable.Lengths.Stdout) Posix.SyncData(Stdout);
        if (written.Lengths.Stderr != durable.Lengths.Stderr) Posix.SyncData(Stderr);
        if (written.Entries != durable.Entries) Posix.SyncData(Index);
    }

    public void SyncAll()
    {
        Posix.SyncData(Stdout);
        Posix.SyncData(Stderr);
        Posix.SyncData(Index);
    }

    public void Dispose()
    {
        Stdout.Dispose();
        Stderr.Dispose();
        Index.Dispose();
    }

    private static SafeFileHandle Open(string folder, string name) =>
        File.OpenHandle(
            Path.Combine(folder, name), FileMode.OpenOrCreate, FileAccess.ReadWrite,
            FileShare.ReadWrite | FileShare.Delete);

    private static void MakeFolder(string path, List<string> touched)
    {
        if (Directory.Exists(path)) return;
        var parent = Path.GetDirectoryName(path)!;
        MakeFolder(parent, touched);
        Directory.CreateDirectory(path);
        touched.Add(parent);
    }

    private static bool HasLaterAttempt(LogPaths paths, LogKey key) =>
        Directory.EnumerateDirectories(paths.Attempts(key))
            .Any(folder => int.TryParse(Path.GetFileName(folder), out var number) && number > key.Attempt);

    /// <summary>Replaces the name in one step, so that a reader always finds a file there.</summary>
    private static void Link(string file, string name, string suffix)
    {
        if (Posix.TryLink(file, name)) return;
        var fresh = name + suffix;
        File.Delete(fresh);
        Posix.TryLink(file, fresh);
        File.Move(fresh, name, overwrite: true);
        File.Delete(fresh);
    }
}
