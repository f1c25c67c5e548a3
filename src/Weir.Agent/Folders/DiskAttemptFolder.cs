using System.Text.Json;
using Weir.Agent.Artifacts;
using Weir.Agent.Logs;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;

namespace Weir.Agent.Folders;

/// <summary>
/// <c>attempt.json</c>, <c>opened</c>, <c>finish.json</c>, the spool's segments, and <c>run/</c> for the runtime.
/// </summary>
internal sealed class DiskAttemptFolder : AttemptFolder
{
    private readonly string _folder;
    private readonly WorkspaceShelf _shelf;
    private readonly BlobCache _cache;
    private readonly DiskJournal _journal;
    private readonly Lock _lock = new();
    private bool _kept;
    private bool _opened;
    private FinishRequest? _finish;

    private DiskAttemptFolder(string folder, AttemptRecord record, WorkspaceShelf shelf, BlobCache cache)
    {
        _folder = folder;
        Record = record;
        _shelf = shelf;
        _cache = cache;
        _journal = new DiskJournal(folder, beforeFirst: Keep);
        Spool = new LogSpool(_journal);
        WorkspacePath = shelf.Take(Fence);
    }

    public override AttemptRecord Record { get; }

    public override string RuntimePath => Path.Combine(_folder, "run");

    public override string WorkspacePath { get; }

    public override LogSpool Spool { get; }

    public override bool Opened
    {
        get => _opened;
        set
        {
            lock (_lock)
            {
                _opened = value;
                if (_kept) WriteOpened();
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
                if (_kept) WriteFinish();
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

    /// <summary>Null when the folder holds no readable record: its attempt never began.</summary>
    public static DiskAttemptFolder? Load(string folder, WorkspaceShelf shelf, BlobCache cache)
    {
        try
        {
            var record = JsonSerializer.Deserialize(
                File.ReadAllBytes(Path.Combine(folder, "attempt.json")), AgentJson.Default.AttemptRecord);
            if (record is null) return null;
            var finish = Path.Combine(folder, "finish.json");
            return new DiskAttemptFolder(folder, record, shelf, cache)
            {
                _kept = true,
                _opened = File.Exists(Path.Combine(folder, "opened")),
                _finish = File.Exists(finish)
                    ? JsonSerializer.Deserialize(File.ReadAllBytes(finish), AgentJson.Default.FinishRequest)
                    : null,
            };
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException)
        {
            return null;
        }
    }

    public override void Keep()
    {
        lock (_lock)
        {
            if (_kept) return;
            FolderTree.Create(_folder, FolderTree.Passable);
            PrivateFile.Write(
                Path.Combine(_folder, "attempt.json"),
                JsonSerializer.SerializeToUtf8Bytes(Record, AgentJson.Default.AttemptRecord));
            FolderTree.Create(RuntimePath, FolderTree.Private);
            _kept = true;
            WriteOpened();
            WriteFinish();
        }
    }

    public override Task PrepareWorkspaceAsync(OpenBlob blobs, CancellationToken cancellationToken) =>
        Record.InMemory
            ? Task.CompletedTask
            : _shelf.PrepareAsync(WorkspacePath, Fence, Record.Assignment.Work, blobs, cancellationToken);

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

    public override Task<Parcel> PackWorkspaceAsync(CancellationToken cancellationToken) =>
        PackAsync(ArtifactFinder.FindAll(WorkspacePath), exact: true, cancellationToken);

    public override void LeaveWorkspace(bool succeeded)
    {
        if (!Record.InMemory) _shelf.Leave(WorkspacePath, Fence, Record.Assignment.Work, succeeded);
    }

    public override void Remove()
    {
        _journal.Close();
        lock (_lock)
        {
            if (_kept) FolderTree.TryDelete(_folder);
        }

        _shelf.Done(WorkspacePath);
    }

    private void WriteOpened()
    {
        if (_opened) File.WriteAllBytes(Path.Combine(_folder, "opened"), []);
    }

    private void WriteFinish()
    {
        if (_finish is null) return;
        PrivateFile.Write(
            Path.Combine(_folder, "finish.json"),
            JsonSerializer.SerializeToUtf8Bytes(_finish, AgentJson.Default.FinishRequest));
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
