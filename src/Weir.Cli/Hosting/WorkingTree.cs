namespace Weir.Cli.Hosting;

/// <summary>
/// A git working tree as it is now, with what is not committed, as the newest commit of a repository of its own, and
/// nothing of it in the repository it comes from.
/// </summary>
internal sealed record WorkingTree(string Root, string Copy, string Commit)
{
    private const string Branch = "working-tree";

    /// <summary>Null when the folder is in no working tree with a commit.</summary>
    /// <param name="folder">A folder of the working tree.</param>
    /// <param name="scratch">An existing folder for the copy.</param>
    public static async Task<WorkingTree?> CopyAsync(
        string folder, string scratch, CancellationToken cancellationToken)
    {
        var found = await new GitProgram(folder).TryAsync(
            ["rev-parse", "--show-toplevel", "--absolute-git-dir", "HEAD"], cancellationToken);
        if (found.Code != 0 || found.Output.Split('\n') is not [var root, var own, var head]) return null;
        var objects = await new GitProgram(folder).RunAsync(
            ["rev-parse", "--path-format=absolute", "--git-path", "objects"], cancellationToken);
        var (written, copy) = (Path.Combine(scratch, "written.git"), Path.Combine(scratch, "tree.git"));
        await new GitProgram(scratch).RunAsync(["init", "-q", "--bare", written], cancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(written, "objects", "info", "alternates"), objects + "\n", cancellationToken);
        // its own index and objects: a look at a working tree must not change its repository
        var index = Path.Combine(scratch, "index");
        if (File.Exists(Path.Combine(own, "index"))) File.Copy(Path.Combine(own, "index"), index);
        var git = new GitProgram(root)
        {
            Variables = new Dictionary<string, string>
            {
                ["GIT_DIR"] = own,
                ["GIT_WORK_TREE"] = root,
                ["GIT_INDEX_FILE"] = index,
                ["GIT_OBJECT_DIRECTORY"] = Path.Combine(written, "objects"),
                ["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = objects,
                ["GIT_AUTHOR_NAME"] = "weir exec",
                ["GIT_AUTHOR_EMAIL"] = "weir@localhost",
                ["GIT_COMMITTER_NAME"] = "weir exec",
                ["GIT_COMMITTER_EMAIL"] = "weir@localhost",
            },
        };
        await git.RunAsync(["add", "--all", "."], cancellationToken);
        var tree = await git.RunAsync(["write-tree"], cancellationToken);
        var isClean = tree == await git.RunAsync(["rev-parse", head + "^{tree}"], cancellationToken);
        var commit = isClean
            ? head
            : await git.RunAsync(
                ["commit-tree", "--no-gpg-sign", "-p", head, "-m", "the working tree", tree], cancellationToken);
        await new GitProgram(written).RunAsync(["update-ref", $"refs/heads/{Branch}", commit], cancellationToken);
        await new GitProgram(scratch).RunAsync(
            ["clone", "-q", "--bare", "--branch", Branch, $"file://{written}", copy], cancellationToken);
        Directory.Delete(written, recursive: true);
        return new WorkingTree(root, copy, isClean ? head[..12] : $"{head[..12]} with what is not committed");
    }

    /// <summary>What to check out of the copy.</summary>
    public static string Ref => Branch;
}
