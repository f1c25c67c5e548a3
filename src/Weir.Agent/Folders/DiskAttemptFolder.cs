using Weir.Agent.Artifacts;
using Weir.Agent.Logs;
using Weir.Agent.Reports;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;

namespace Weir.Agent.Folders;

/// <summary>
/// <c>ID.attempt</c>, the attempt's journal; beside it the folder <c>ID/</c> with the spool's segments and <c>run/</c>
/// for the runtime, made once one of the two needs it.
/// </summary>
internal sealed class DiskAttemptFolder : AttemptFolder
{
    public const string JournalSuffix = ".attempt";

    private readonly string _folder;
    private readonly WorkspaceShelf _shelf;
    private readonly BlobCache _cache;
    private readonly DiskJournal _spooled;
    private readonly Lock _lock = new();
    private AttemptJournal? _journal;
    private bool _opened;
    private FinishRequest? _finish;
    private string? _masks;

    private DiskAttemptFolder(string folder, AttemptRecord record, WorkspaceShelf shelf, BlobCache cache)
    {
        _folder = folder;
        Record = record;
        _shelf = shelf;
        _cache = cache;
        _spooled = new DiskJournal(folder, beforeFirst: MakeFolder);
        Spool = new LogSpool(_spooled);
        WorkspacePath = shelf.Take(Fence);
    }

    public override AttemptRecord Record { get; }

    public override string RuntimePath => Path.Combine(_folder, "run");

    public override string WorkspacePath { get; }

    public override bool HasWorkspace => Record.InMemory || WorkspaceLayers.IsThere(WorkspacePath);

    public override LogSpool Spool { get; }

    public override bool Opened
    {
        get => _opened;
        set
        {
            lock (_lock)
            {
                _opened = value;
                _journal?.Append(new AttemptEntry { Opened = value });
            }
        }
    }

    public override FinishRequest? Finish
    {
        get => _finish;
        set
        {
            lock (_lock)
            {
                _finish = value;
                _journal?.Append(new AttemptEntry { Finish = value });
            }
        }
    }

    public override string? Masks
    {
        get => _masks;
        set
        {
            lock (_lock)
            {
                _masks = value;
                _journal?.Append(new AttemptEntry { Masks = value });
            }
        }
    }

    private AttemptFence Fence => Record.Assignment.Fence;

    public static DiskAttemptFolder Make(string folder, AttemptRecord record, WorkspaceShelf shelf, BlobCache cache)
    {
        var attempt = new DiskAttemptFolder(folder, record, shelf, cache);
        try
        {
            if (!record.InMemory) attempt.Keep();
            return attempt;
        }
        catch
        {
            shelf.Done(attempt.WorkspacePath);
            throw;
        }
    }

    /// <summary>Null when the journal holds no readable record: its attempt never began.</summary>
    public static DiskAttemptFolder? Load(string folder, WorkspaceShelf shelf, BlobCache cache)
    {
        if (AttemptJournal.Open(folder + JournalSuffix) is not var (journal, known)) return null;
        return new DiskAttemptFolder(folder, known.Record!, shelf, cache)
        {
            _journal = journal,
            _opened = known.Opened ?? false,
            _finish = known.Finish,
            _masks = known.Masks,
        };
    }

    public override void Keep()
    {
        lock (_lock)
        {
            if (_journal is not null) return;
            var journal = AttemptJournal.Create(_folder + JournalSuffix);
            try
            {
                journal.Append(new AttemptEntry { Record = Record });
                if (_opened) journal.Append(new AttemptEntry { Opened = true });
                if (_masks is not null) journal.Append(new AttemptEntry { Masks = _masks });
                if (_finish is not null) journal.Append(new AttemptEntry { Finish = _finish });
            }
            catch
            {
                journal.Dispose();
                throw;
            }

            _journal = journal;
        }
    }

    public override Task PrepareWorkspaceAsync(WorkspaceNeeds needs, CancellationToken cancellationToken) =>
        Record.InMemory
            ? Task.CompletedTask
            : _shelf.PrepareAsync(WorkspacePath, Fence, Record.Assignment.Work, needs, cancellationToken);

    public override async Task UnpackAsync(ResourceWork resource, OpenBlob blobs, CancellationToken cancellationToken)
    {
        var path = ArtifactPath.Parse(resource.Path);
        if (path.HasPattern)
        {
            throw ArtifactPath.Wrong(resource.Path, "has wildcards; a resource is unpacked in one place");
        }

        var archive = await _cache.GetAsync(resource.Digest!, blobs, cancellationToken);
        await using var content = File.OpenRead(archive);
        await ArtifactArchive.UnpackAsync(content, MakePlace(path, resource.Path), exact: false, cancellationToken);
    }

    public override async Task<Parcel?> PackAsync(ArtifactWork artifact, CancellationToken cancellationToken) =>
        ArtifactFinder.Find(WorkspacePath, artifact.Path) is { } files
            ? await PackAsync(files, exact: false, cancellationToken)
            : null;

    public override TestReport? ReadTests(string path) => TestFiles.Read(WorkspacePath, path);

    public override Task<Parcel> PackWorkspaceAsync(CancellationToken cancellationToken) =>
        PackAsync(ArtifactFinder.FindAll(WorkspacePath), exact: true, cancellationToken);

    public override async Task<Parcel?> PackSourceAsync(CancellationToken cancellationToken) =>
        !Record.InMemory && _shelf.SnapshotFor(Fence, Record.Assignment.Work) is { } source
            ? await PackAsync(ArtifactFinder.FindAll(source), exact: true, cancellationToken)
            : null;

    public override void LeaveWorkspace(bool succeeded)
    {
        if (!Record.InMemory) _shelf.Leave(WorkspacePath, Fence, Record.Assignment.Work, succeeded);
    }

    public override void Remove()
    {
        _spooled.Close();
        lock (_lock)
        {
            _journal?.Dispose();
            // The folder first: one without a journal is an orphan, a journal without its folder goes on.
            FolderTree.TryDelete(_folder);
            if (_journal is not null) File.Delete(_folder + JournalSuffix);
        }

        _shelf.Done(WorkspacePath);
    }

    private void MakeFolder()
    {
        Keep();
        FolderTree.Create(_folder, FolderTree.Passable);
    }

    private async Task<Parcel> PackAsync(List<FoundFile> files, bool exact, CancellationToken cancellationToken)
    {
        var (digest, bytes) = await _cache.AddAsync(
            (target, token) => ArtifactArchive.WriteAsync(target, files, exact, token), cancellationToken);
        var count = files.Count(file => file.Entry is not DirectoryInfo || FolderTree.IsLink(file.Entry));
        return new Parcel(digest, bytes, count, () => _cache.Open(digest));
    }

    private string MakePlace(ArtifactPath path, string text)
    {
        var at = WorkspacePath;
        foreach (var name in path.Fixed)
        {
            at = Path.Combine(at, name);
            var there = new FileInfo(at);
            if (there.LinkTarget is not null || there.Exists)
            {
                throw new StepException(
                    ReasonCode.Artifact, $"path '{text}' goes through '{name}', which is no folder");
            }

            FolderTree.Create(at, FolderTree.Private | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
                | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }

        return at;
    }
}
