using System.Globalization;
using Weir.Contracts.Statuses;

namespace Weir.Agent.Folders;

/// <summary>
/// <c>generation</c>, <c>renewed</c>, <c>attempts/&lt;id&gt;.attempt</c> and <c>…/&lt;id&gt;/</c>,
/// <c>work/&lt;run&gt;/&lt;step&gt;-&lt;attempt&gt;/</c>, <c>blobs/</c> and <c>tmp/</c>. Others on this machine may
/// pass through it to the folders of their own steps, and read nothing else.
/// </summary>
public sealed class DiskAgentDirectory : AgentDirectory, IDisposable
{
    private readonly string _root;
    private readonly AgentOptions _options;
    private readonly TimeProvider _time;
    private readonly BlobCache _cache;
    private readonly WorkspaceLayers _layers;
    private readonly WorkspaceShelf _shelf;

    public DiskAgentDirectory(AgentOptions options, TimeProvider time)
    {
        _root = Path.GetFullPath(options.DataDirectory);
        _options = options;
        _time = time;
        FolderTree.Create(_root, FolderTree.Passable);
        foreach (var name in (string[])["attempts", "work"])
        {
            FolderTree.Create(Path.Combine(_root, name), FolderTree.Passable);
        }

        _layers = new WorkspaceLayers(In("work"), In("tmp"));
        _layers.Hide(In("tmp"), isWanted: _ => false);
        FolderTree.TryDelete(In("tmp"));
        foreach (var name in (string[])["blobs", "tmp"])
        {
            FolderTree.Create(Path.Combine(_root, name), FolderTree.Private);
        }

        _cache = new BlobCache(In("blobs"), In("tmp"), time);
        _shelf = new WorkspaceShelf(In("work"), _cache, _layers, options.SnapshotBytes);
    }

    public override DateTimeOffset? LastRenewal
    {
        get => ReadNumber("renewed") is var ticks and > 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
        set => WriteNumber("renewed", value?.UtcTicks ?? 0);
    }

    public override DiskRoom? Room
    {
        get
        {
            try
            {
                var drive = new DriveInfo(_root);
                return new DiskRoom(drive.AvailableFreeSpace, drive.TotalSize);
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    public override long BeginGeneration()
    {
        var generation = ReadNumber("generation") + 1;
        WriteNumber("generation", generation);
        return generation;
    }

    public override IReadOnlyList<AttemptFolder> Attempts()
    {
        var attempts = new List<AttemptFolder>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        var journals = Directory.EnumerateFiles(In("attempts"), "*" + DiskAttemptFolder.JournalSuffix);
        foreach (var journal in journals.Order(StringComparer.Ordinal))
        {
            var folder = journal[..^DiskAttemptFolder.JournalSuffix.Length];
            if (DiskAttemptFolder.Load(folder, _shelf, _cache) is { } attempt)
            {
                attempts.Add(attempt);
                known.Add(folder);
            }
            else
            {
                File.Delete(journal);
            }
        }

        foreach (var folder in Directory.EnumerateDirectories(In("attempts")))
        {
            if (!known.Contains(folder)) FolderTree.TryDelete(folder);
        }

        _shelf.HideIdle();
        return attempts;
    }

    public override AttemptFolder Begin(AttemptRecord record)
    {
        if (record.Id.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_')))
        {
            throw new StepException(ReasonCode.Policy, $"'{record.Id}' cannot name a folder");
        }

        return DiskAttemptFolder.Make(Path.Combine(In("attempts"), record.Id), record, _shelf, _cache);
    }

    public override void Tidy()
    {
        var blobs = new DirectoryInfo(In("blobs")).EnumerateFiles("*", SearchOption.AllDirectories)
            .Select(file => (Path: file.FullName, Changed: file.LastWriteTimeUtc));
        var old = _time.GetUtcNow().UtcDateTime - _options.KeepFor;
        foreach (var (path, changed) in _shelf.Idle().Concat(blobs).OrderBy(entry => entry.Changed).ToList())
        {
            if (changed >= old && new DriveInfo(_root).AvailableFreeSpace >= _options.KeepFreeBytes) break;
            _shelf.Remove(path);
        }

        foreach (var run in Directory.EnumerateDirectories(In("work")))
        {
            if (Directory.GetLastWriteTimeUtc(run) < old
                && !Directory.EnumerateFileSystemEntries(run).Any()) Directory.Delete(run);
        }
    }

    /// <summary>Leaves nothing mounted but what steps work in that outlive the agent.</summary>
    public void Dispose() => _shelf.HideIdle();

    private string In(string name) => Path.Combine(_root, name);

    private long ReadNumber(string name) =>
        File.Exists(In(name))
            && long.TryParse(File.ReadAllText(In(name)), CultureInfo.InvariantCulture, out var number) ? number : 0;

    private void WriteNumber(string name, long number)
    {
        var draft = Path.Combine(In("tmp"), name);
        File.WriteAllText(draft, number.ToString(CultureInfo.InvariantCulture));
        File.Move(draft, In(name), overwrite: true);
    }
}
