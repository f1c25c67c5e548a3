using Weir.Agent.Folders;

namespace Weir.Agent.Artifacts;

/// <summary>One entry of an archive: where it lies, and its name in the archive.</summary>
internal readonly record struct FoundFile(FileSystemInfo Entry, string Name);

/// <summary>Finds what an artifact's path names in a workspace. Links are found, never followed.</summary>
internal static class ArtifactFinder
{
    public const int MaxEntries = 200_000;

    /// <summary>
    /// Files, links and folders in order of their names, named as seen from the path's fixed folder (a single file:
    /// from its own folder). Null when nothing is there. A path that is or goes through a link is a <see
    /// cref="StepException"/>.
    /// </summary>
    public static List<FoundFile>? Find(string workspace, string text)
    {
        var path = ArtifactPath.Parse(text);
        var at = workspace;
        foreach (var name in path.Fixed)
        {
            at = Path.Combine(at, name);
            if (FolderTree.IsLink(new FileInfo(at)) && new FileInfo(at).LinkTarget is not null)
            {
                throw ArtifactPath.Wrong(text, $"goes through the link '{name}'");
            }
        }

        var found = new List<FoundFile>();
        if (Directory.Exists(at)) Walk(at, [], path.HasPattern ? path : null, found);
        else if (!path.HasPattern && !path.MustBeFolder && Posix.IsRegularFile(at)) found.Add(One(at));
        else return null;
        return path.HasPattern && found.Count == 0 ? null : found;
    }

    /// <summary>Everything below a folder.</summary>
    public static List<FoundFile> FindAll(string folder)
    {
        var found = new List<FoundFile>();
        Walk(folder, [], null, found);
        return found;
    }

    private static void Walk(string folder, string[] names, ArtifactPath? pattern, List<FoundFile> found)
    {
        foreach (var entry in FolderTree.Entries(folder))
        {
            string[] inner = [.. names, entry.Name];
            var matches = pattern is null || pattern.Matches(inner);
            var isFolder = entry is DirectoryInfo && !FolderTree.IsLink(entry);
            if (matches && (isFolder || FolderTree.IsLink(entry) || Posix.IsRegularFile(entry.FullName)))
            {
                found.Add(new FoundFile(entry, string.Join('/', inner)));
                if (found.Count > MaxEntries) throw ArtifactPath.Wrong(folder, $"holds more than {MaxEntries} files");
            }

            if (isFolder) Walk(entry.FullName, inner, matches ? null : pattern, found);
        }
    }

    private static FoundFile One(string path) => new(new FileInfo(path), Path.GetFileName(path));
}
