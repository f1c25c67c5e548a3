using System.Security.Cryptography;
using System.Text;
using Weir.Agent.Logs;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;

namespace Weir.Agent.Folders;

/// <summary>
/// Outlives the agents that use it one after the other, as a disk does. Workspaces have no content, only their
/// existence; an artifact is a blob that tells who made it.
/// </summary>
public sealed class MemoryAgentDirectory : AgentDirectory
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, MemoryAttemptFolder> _attempts = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _workspaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _moved = new(StringComparer.Ordinal);
    private long _generation;

    public override DateTimeOffset? LastRenewal { get; set; }

    public override DiskRoom? Room => null;

    public override long BeginGeneration() => ++_generation;

    public override IReadOnlyList<AttemptFolder> Attempts()
    {
        lock (_lock) return [.. _attempts.Values];
    }

    public override AttemptFolder Begin(AttemptRecord record)
    {
        var folder = new MemoryAttemptFolder(this, record);
        lock (_lock) _attempts[record.Id] = folder;
        return folder;
    }

    public override void Tidy()
    {
    }

    private void Prepare(string workspace, AttemptFence fence, StepWork work)
    {
        lock (_lock)
        {
            _workspaces.Remove(workspace);
            if (work.Workspace is { } source)
            {
                Take(WorkspaceOf(source.Run ?? fence.Run, source.Step, source.Attempt), workspace, work);
            }

            _workspaces.Add(workspace);
        }
    }

    private void Take(string from, string workspace, StepWork work)
    {
        var present = _workspaces.Contains(from) ? from
            : work.WorkspaceIsHandedOn ? _moved.GetValueOrDefault(from)
            : null;
        if (present is null || !_workspaces.Contains(present))
        {
            if (work.Workspace!.Digest is null) throw Gone(work.Workspace);
        }
        else if (work.WorkspaceIsHandedOn)
        {
            _workspaces.Remove(present);
            _moved[from] = workspace;
        }
    }

    private void Leave(string workspace, StepWork work, string run, bool succeeded)
    {
        lock (_lock)
        {
            var borrowed = work.Workspace is { } source
                && _moved.ContainsKey(WorkspaceOf(run, source.Step, source.Attempt));
            if (!work.KeepWorkspace && (succeeded || !borrowed)) _workspaces.Remove(workspace);
        }
    }

    private static StepException Gone(WorkspaceSource source) =>
        new(ReasonCode.Infrastructure, $"the workspace that step '{source.Step}' left is gone");

    private static string WorkspaceOf(string run, string step, int attempt) => $"work/{run}/{step}-{attempt}";

    private sealed class MemoryAttemptFolder(MemoryAgentDirectory owner, AttemptRecord record) : AttemptFolder
    {
        public override AttemptRecord Record => record;

        public override string RuntimePath => $"attempts/{record.Id}";

        public override string WorkspacePath { get; } = WorkspaceOf(
            record.Assignment.Fence.Run, record.Assignment.Fence.Step, record.Assignment.Fence.Attempt);

        public override LogSpool Spool { get; } = new(new MemoryJournal());

        public override bool Opened { get; set; }

        public override FinishRequest? Finish { get; set; }

        public override string? Masks { get; set; }

        public override async Task PrepareWorkspaceAsync(WorkspaceNeeds needs, CancellationToken cancellationToken)
        {
            owner.Prepare(WorkspacePath, record.Assignment.Fence, record.Assignment.Work);
            if (record.Assignment.Work.Workspace?.Digest is not { } digest) return;
            await using var content = await needs.Blobs(digest, cancellationToken);
        }

        public override async Task UnpackAsync(
            ResourceWork resource, OpenBlob blobs, CancellationToken cancellationToken)
        {
            await using var content = await blobs(resource.Digest!, cancellationToken);
        }

        public override Task<Parcel?> PackAsync(ArtifactWork artifact, CancellationToken cancellationToken) =>
            Task.FromResult<Parcel?>(Pack($"{artifact.Name} of {record.Assignment.Fence}"));

        public override Task<Parcel> PackWorkspaceAsync(CancellationToken cancellationToken) =>
            Task.FromResult(Pack($"workspace of {record.Assignment.Fence}"));

        public override Task<Parcel?> PackSourceAsync(CancellationToken cancellationToken)
        {
            var fence = record.Assignment.Fence;
            if (record.Assignment.Work.Workspace is not { Digest: null } source) return Task.FromResult<Parcel?>(null);
            var from = WorkspaceOf(source.Run ?? fence.Run, source.Step, source.Attempt);
            lock (owner._lock)
            {
                return Task.FromResult(owner._workspaces.Contains(from) ? Pack($"workspace {from}") : null);
            }
        }

        public override void LeaveWorkspace(bool succeeded) =>
            owner.Leave(WorkspacePath, record.Assignment.Work, record.Assignment.Fence.Run, succeeded);

        public override void Remove()
        {
            lock (owner._lock) owner._attempts.Remove(record.Id);
        }

        private static Parcel Pack(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            var digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));
            return new Parcel(digest, bytes.Length, 1, () => new MemoryStream(bytes, writable: false));
        }
    }
}
