using System.Collections.Concurrent;
using Weir.Agent.Artifacts;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;

namespace Weir.Agent.Folders;

/// <summary>
/// The workspaces of this agent: <c>work/&lt;run&gt;/&lt;step&gt;-&lt;attempt&gt;</c>. One that a single later step
/// continues is moved to it, and a copy stays for further attempts where that costs little; of others each step gets a
/// layer of its own, or a copy. The run's file <c>moved</c> tells where to, a line each, so that a further attempt of
/// the same step finds it again.
/// </summary>
/// <param name="snapshotBytes">The largest workspace that is copied although a single step continues it.</param>
internal sealed class WorkspaceShelf(string root, BlobCache cache, WorkspaceLayers layers, long snapshotBytes)
{
    // In a workspace for a moment, to see whether a runtime sees it there.
    private const string Probe = ".weir-probe";
    private readonly ConcurrentDictionary<string, bool> _busy = new(StringComparer.Ordinal);
    private const string Moved = "moved";
    private const string Copying = ".copy";
    private readonly Lock _moving = new();
    private readonly Lock _coming = new();

    /// <summary>The workspace of an attempt under way, which no tidying touches until it is done.</summary>
    public string Take(AttemptFence fence)
    {
        var path = PathOf(fence.Run, fence.Step, fence.Attempt);
        lock (_coming) _busy[path] = true;
        return path;
    }

    /// <summary>With the last attempt of a run goes the run's folder, unless workspaces are left in it.</summary>
    public void Done(string workspace)
    {
        _busy.TryRemove(workspace, out _);
        var run = new DirectoryInfo(Path.GetDirectoryName(workspace)!);
        if (!run.Exists) return;
        lock (_coming)
        {
            if (_busy.Keys.Any(other => Path.GetDirectoryName(other.AsSpan()).SequenceEqual(run.FullName))) return;
            if (!run.EnumerateDirectories().Any()) FolderTree.TryDelete(run.FullName);
        }
    }

    public async Task PrepareAsync(
        string target, AttemptFence fence, StepWork work, WorkspaceNeeds needs, CancellationToken cancellationToken)
    {
        if (!layers.Remove(target)) throw new IOException($"{target} cannot be removed");
        FolderTree.Create(Path.GetDirectoryName(target)!, FolderTree.Passable);
        if (work.Workspace is not { } source)
        {
            FolderTree.Create(target, FolderTree.Private);
            return;
        }

        var from = SourceOf(fence, source);
        SettleCopy(from);
        var moved = Directory.Exists(from) ? null : MovedTo(from);
        if (moved is not null) await TakeOverAsync(from, moved, target, needs, cancellationToken);
        else if (Directory.Exists(from) && work.WorkspaceIsHandedOn)
            await HandOnAsync(from, target, needs, cancellationToken);
        else if (Directory.Exists(from)) await BranchAsync(from, target, needs, cancellationToken);
        else if (source.Digest is { } digest) await UnpackAsync(digest, target, needs.Blobs, cancellationToken);
        else
        {
            throw new StepException(
                ReasonCode.Infrastructure,
                $"the workspace that step '{source.Step}' left is gone: begin again with that step");
        }
    }

    /// <summary>A step that failed may be tried again, and then needs the workspace that was moved to it.</summary>
    public void Leave(string workspace, AttemptFence fence, StepWork work, bool succeeded)
    {
        if (work.KeepWorkspace) return;
        var borrowed = work.Workspace is { } source
            && WasMovedTo(SourceOf(fence, source)) is { } target && target == workspace;
        if (succeeded || !borrowed) layers.Remove(workspace);
    }

    /// <summary>
    /// The workspace that the attempt began with, as it was then; null when it is not here, or too large to be kept for
    /// an attempt that failed.
    /// </summary>
    public string? SnapshotFor(AttemptFence fence, StepWork work) =>
        work.Workspace is { Digest: null } source
        && SourceOf(fence, source) is var from
        && Directory.Exists(from)
        && FolderTree.HasAtMost(from, snapshotBytes)
            ? from
            : null;

    /// <summary>
    /// Workspaces that no step works in, and what lies beside them, with the time of the last change. Where some stand
    /// on others, it is all of the run or nothing.
    /// </summary>
    public IEnumerable<(string Path, DateTime Changed)> Idle()
    {
        foreach (var run in new DirectoryInfo(root).EnumerateDirectories())
        {
            var entries = run.EnumerateFileSystemInfos().ToList();
            var idle = entries.Where(entry => !_busy.ContainsKey(entry.FullName)).ToList();
            if (!entries.Any(entry => entry.Name.EndsWith(LayerStack.LayerSuffix, StringComparison.Ordinal)))
            {
                foreach (var entry in idle) yield return (entry.FullName, entry.LastWriteTimeUtc);
            }
            else if (idle.Count == entries.Count)
            {
                yield return (run.FullName, entries.Max(entry => entry.LastWriteTimeUtc));
            }
        }
    }

    /// <summary>Removes what <see cref="Idle"/> named.</summary>
    public void Remove(string idle)
    {
        layers.Hide(idle, isWanted: _ => false);
        if (File.Exists(idle)) File.Delete(idle);
        else FolderTree.TryDelete(idle);
    }

    /// <summary>Unmounts what an earlier life or this one has mounted, and no step works in.</summary>
    public void HideIdle() => layers.Hide(root, _busy.ContainsKey);

    private string SourceOf(AttemptFence fence, WorkspaceSource source) =>
        PathOf(source.Run ?? fence.Run, source.Step, source.Attempt);

    // The folder itself goes on, as a container may hold it already; the copy takes its old place.
    private async Task HandOnAsync(
        string from, string target, WorkspaceNeeds needs, CancellationToken cancellationToken)
    {
        var copy = from + Copying;
        if (!FolderTree.TryDelete(copy)) throw new IOException($"{copy} cannot be removed");
        var kept = !WorkspaceLayers.IsLayered(from)
            && FolderTree.HasAtMost(from, snapshotBytes)
            && TryCopy(from, copy, cancellationToken);
        if (!kept)
        {
            await TakeOverAsync(from, from, target, needs, cancellationToken);
            return;
        }

        Directory.Move(from, target);
        Directory.Move(copy, from);
    }

    // Between the two moves of a hand-on the agent may have died; a copy without its original is whole.
    private static void SettleCopy(string from)
    {
        if (!Directory.Exists(from) && Directory.Exists(from + Copying)) Directory.Move(from + Copying, from);
    }

    // What a container's own users wrote may be closed to the agent: then it is moved only.
    private static bool TryCopy(string from, string to, CancellationToken cancellationToken)
    {
        try
        {
            FolderTree.Copy(from, to, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            FolderTree.TryDelete(to);
            return false;
        }
    }

    private string PathOf(string run, string step, int attempt) => Path.Combine(root, run, $"{step}-{attempt}");

    private string? MovedTo(string from) => WasMovedTo(from) is { } other && Directory.Exists(other) ? other : null;

    /// <summary>A last line that is not whole belongs to a move that did not happen.</summary>
    private string? WasMovedTo(string from)
    {
        lock (_moving)
        {
            var folder = Path.GetDirectoryName(from)!;
            var list = Path.Combine(folder, Moved);
            if (!File.Exists(list)) return null;
            var prefix = Path.GetFileName(from) + "\t";
            var line = File.ReadAllText(list).Split('\n')[..^1]
                .LastOrDefault(line => line.StartsWith(prefix, StringComparison.Ordinal));
            return line is null ? null : Path.Combine(folder, Path.GetFileName(line[prefix.Length..]));
        }
    }

    private async Task TakeOverAsync(
        string from, string present, string target, WorkspaceNeeds needs, CancellationToken cancellationToken)
    {
        layers.Show(present);
        if (WorkspaceLayers.IsLayered(present) && !await IsSeenAsync(present, needs, cancellationToken))
        {
            layers.Copy(present, target, cancellationToken);
            return;
        }

        lock (_moving)
        {
            var list = Path.Combine(Path.GetDirectoryName(from)!, Moved);
            File.AppendAllText(list, $"\n{Path.GetFileName(from)}\t{Path.GetFileName(target)}\n");
            if (WorkspaceLayers.IsLayered(present)) layers.Move(present, target);
            else Directory.Move(present, target);
        }
    }

    private async Task BranchAsync(
        string from, string target, WorkspaceNeeds needs, CancellationToken cancellationToken)
    {
        if (layers.TryBranch(from, target))
        {
            if (await IsSeenAsync(target, needs, cancellationToken)) return;
            layers.Remove(target);
        }

        layers.Copy(from, target, cancellationToken);
    }

    private static async Task<bool> IsSeenAsync(
        string workspace, WorkspaceNeeds needs, CancellationToken cancellationToken)
    {
        var probe = Path.Combine(workspace, Probe);
        FolderTree.Create(probe, FolderTree.Private);
        try
        {
            return await needs.Sees(probe, cancellationToken);
        }
        finally
        {
            FolderTree.TryDelete(probe);
        }
    }

    private async Task UnpackAsync(string digest, string target, OpenBlob blobs, CancellationToken cancellationToken)
    {
        var archive = await cache.GetAsync(digest, blobs, cancellationToken);
        FolderTree.Create(target, FolderTree.Private);
        await using var content = File.OpenRead(archive);
        await ArtifactArchive.UnpackAsync(content, target, exact: true, cancellationToken);
    }
}
