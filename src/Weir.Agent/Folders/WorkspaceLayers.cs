namespace Weir.Agent.Folders;

/// <summary>
/// Workspaces as overlays: a branch sees what the finished workspace below it holds, and keeps its own changes in a
/// layer. A workspace that was branched is never changed again. Needs root and a kernel and disk that can; where they
/// cannot, <see cref="TryBranch"/> says so. Thread-safe.
/// </summary>
/// <param name="root">Folder of all runs' workspaces; nothing outside of it and <paramref name="views"/> is mounted or
/// unmounted.</param>
/// <param name="views">Where stacks are looked at for a moment, to be copied.</param>
internal sealed class WorkspaceLayers(string root, string views)
{
    /// <summary>A branch of a stack this high is a copy: each layer makes each look-up of a file slower.</summary>
    public const int MostLayers = 8;

    private readonly Lock _turn = new();
    private int _views;
    private bool _isImpossible = !OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess
        || (root + views).AsSpan().ContainsAny(",:\\\"");

    public static bool IsLayered(string workspace) => File.Exists(workspace + LayerStack.FileSuffix);

    /// <summary>False for a layered workspace that is not mounted, and so shows nothing of what it holds.</summary>
    public static bool IsThere(string workspace) =>
        Directory.Exists(workspace) && (!IsLayered(workspace) || Posix.IsMountPoint(workspace));

    /// <summary>
    /// Makes <paramref name="target"/> a branch of a workspace in the same run; false, and nothing is changed, when
    /// that cannot be or is too high by now.
    /// </summary>
    public bool TryBranch(string from, string target)
    {
        lock (_turn)
        {
            if (_isImpossible) return false;
            var below = LayerStack.Read(from);
            var lower = below?.Names ?? [Path.GetFileName(from)];
            if (lower.Count > MostLayers) return false;
            var stack = new LayerStack(Path.GetDirectoryName(target)!, [NewLayer(target), .. lower]);
            if (stack.Options(writable: true) is not { } options) return false;
            if (below is not null) Unmount(from);
            else Posix.TakeBack(from);
            MakeLayer(stack, like: below is null ? from : below.ContentOf(below.Top));
            stack.Write(target);
            FolderTree.Create(target, FolderTree.Private);
            if (Mounts.TryMount(target, options, readOnly: false) is null) return true;
            _isImpossible = true;
            Remove(target);
            return false;
        }
    }

    /// <summary>Gives a layered workspace another name; a container that has it as its own does not notice.</summary>
    public void Move(string from, string target)
    {
        lock (_turn)
        {
            Show(from);
            LayerStack.Read(from)!.Write(target);
            FolderTree.Create(target, FolderTree.Private);
            Mounts.Repeat(from, target);
            Unmount(from);
            File.Delete(from + LayerStack.FileSuffix);
            Directory.Delete(from);
        }
    }

    /// <summary>Mounts a layered workspace again that a restart of the machine or of the agent has unmounted.</summary>
    public void Show(string workspace)
    {
        lock (_turn)
        {
            if (IsThere(workspace) || LayerStack.Read(workspace) is not { } stack) return;
            var problem = Mounts.TryMount(workspace, stack.Options(writable: true) ?? "", readOnly: false);
            if (problem is not null) throw new IOException($"{workspace} could not be mounted again: {problem}");
        }
    }

    /// <summary>Copies a workspace, layered or plain, into a plain folder.</summary>
    public void Copy(string from, string target, CancellationToken cancellationToken)
    {
        if (LayerStack.Read(from) is not { } stack)
        {
            FolderTree.Copy(from, target, cancellationToken);
            return;
        }

        var view = Path.Combine(views, $"view-{Interlocked.Increment(ref _views)}");
        FolderTree.Create(view, FolderTree.Private);
        lock (_turn) Unmount(from);
        var problem = Mounts.TryMount(view, stack.Options(writable: false) ?? "", readOnly: true);
        if (problem is not null) throw new IOException($"{from} could not be mounted to be copied: {problem}");
        try
        {
            FolderTree.Copy(view, target, cancellationToken);
        }
        finally
        {
            Mounts.Unmount(view);
            Directory.Delete(view);
        }
    }

    /// <summary>
    /// Removes a workspace with what is its own alone; layers that others stand on stay. False when something is left.
    /// </summary>
    public bool Remove(string workspace)
    {
        string? layer = null;
        lock (_turn)
        {
            if (LayerStack.Read(workspace) is { } stack)
            {
                Unmount(workspace);
                File.Delete(workspace + LayerStack.FileSuffix);
                var isShared = LayerStack.In(stack.Folder).Any(other => other.Names.Contains(stack.Top));
                if (!isShared) layer = Path.Combine(stack.Folder, stack.Top);
            }
        }

        return (layer is null || FolderTree.TryDelete(layer)) && FolderTree.TryDelete(workspace);
    }

    /// <summary>Unmounts at and below a folder what is ours and not wanted; the layers stay.</summary>
    public void Hide(string folder, Func<string, bool> isWanted)
    {
        lock (_turn)
        {
            if (_isImpossible && !Environment.IsPrivilegedProcess) return;
            foreach (var target in Mounts.Below(folder).Where(target => !isWanted(target))) Mounts.Unmount(target);
        }
    }

    private static void Unmount(string workspace)
    {
        foreach (var target in Mounts.Below(workspace)) Mounts.Unmount(target);
    }

    private static string NewLayer(string target)
    {
        var name = Path.GetFileName(target);
        for (var number = 0; ; number++)
        {
            var layer = (number == 0 ? name : $"{name}.{number}") + LayerStack.LayerSuffix;
            if (!Directory.Exists(Path.Combine(Path.GetDirectoryName(target)!, layer))) return layer;
        }
    }

    // The overlay's own folder has the mode and time of its upper layer.
    private static void MakeLayer(LayerStack stack, string like)
    {
        var layer = Path.Combine(stack.Folder, stack.Top);
        var upper = stack.ContentOf(stack.Top);
        foreach (var folder in (string[])[layer, upper, Path.Combine(layer, "work")])
        {
            FolderTree.Create(folder, FolderTree.Private);
        }

        var model = new DirectoryInfo(like);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(upper, model.UnixFileMode);
        Directory.SetLastWriteTimeUtc(upper, model.LastWriteTimeUtc);
    }
}
