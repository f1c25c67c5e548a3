using System.Collections.Immutable;

namespace Weir.Engine.Definitions.Formats;

/// <summary>
/// Turns artifacts and resources of jobs, in order. There an artifact's files keep their path below the working folder;
/// here they keep it below the artifact's own folder, so a resource is brought to where that folder has to be.
/// </summary>
internal sealed class ArtifactShelf(ProblemList problems)
{
    /// <summary>Whether an artifact that does not say so must be there.</summary>
    public bool RequiresArtifacts { get; init; }

    /// <summary>For the artifact of this name: why no job keeps it.</summary>
    public (string Name, string Why) Given { get; init; }

    private const int MaxPaths = 20;

    // more than a step may have, so that the check of the native flow still tells of too many
    private const int MaxItems = 100;
    private static readonly ForeignKeys ArtifactKeys = new("name", "path", "paths", "required", "source", "dest");
    private static readonly ForeignKeys ResourceKeys = new("name", "path", "required", "source", "dest");
    private readonly Dictionary<string, List<Kept>> _kept = [];

    public TreeList Keep(TreeValue? artifacts, string folder, string path)
    {
        var names = new UniqueNames();
        var made = new List<TreeValue>();
        foreach (var (i, item) in ItemsOf(artifacts).Index())
        {
            var itemPath = $"{path}.artifacts[{i}]";
            if (Read(item, itemPath, ArtifactKeys, "dest") is not { } read) continue;
            var keeps = new List<Kept>();
            foreach (var pattern in PathsOf(item, read.Name).SelectMany(ForeignGlob.Expand).Take(MaxPaths))
            {
                var kept = KeptAt(pattern, folder, names.Artifact(read.Name), Field(item, "source") is not null);
                if (!ContainerPath.IsHere(kept.At)) WarnOutside(kept.At, item, itemPath);
                if (ForeignGlob.IsUnknown(pattern))
                    problems.Warn(itemPath, item.Place, $"`{pattern}`: only `*`, `**`, `?` and `{{a,b}}` are patterns here");
                keeps.Add(kept);
                made.Add(new NativeMap(item.Place).Set("name", kept.Name)
                    .Set("path", Native.Literal(ContainerPath.InWorkspace(kept.At) + (kept.IsFolder ? "/" : "")))
                    .Set("required", Native.Flag(read.Required ?? RequiresArtifacts, item.Place)).Build());
            }

            _kept[read.Name] = keeps;
        }

        return Native.List(made, artifacts?.Place ?? default);
    }

    public TreeList Fetch(TreeValue? resources, string folder, string path)
    {
        var made = new List<TreeValue>();
        foreach (var (i, item) in ItemsOf(resources).Index())
        {
            var itemPath = $"{path}.resources[{i}]";
            if (Read(item, itemPath, ResourceKeys, "source") is not { } read) continue;
            if (!_kept.TryGetValue(read.Name, out var keeps))
            {
                problems.Warn(
                    itemPath, item.Place, read.Name == Given.Name
                        ? $"{Given.Why}: no effect"
                        : $"nothing earlier keeps an artifact named `{read.Name}`: no effect");
                continue;
            }

            var written = Field(item, "path") ?? Field(item, "dest") ?? ".";
            foreach (var kept in keeps)
            {
                var at = ContainerPath.Join(ContainerPath.Join(folder, written), kept.Folder);
                if (!ContainerPath.IsHere(at)) WarnOutside(at, item, itemPath);
                made.Add(new NativeMap(item.Place).Set("name", kept.Name)
                    .Set("path", Native.Literal(ContainerPath.InWorkspace(at)))
                    .Set("required", Native.Flag(read.Required ?? Field(item, "source") is not null, item.Place)).Build());
            }
        }

        return Native.List(made, resources?.Place ?? default);
    }

    private static ImmutableArray<TreeValue> ItemsOf(TreeValue? value) => value switch
    {
        null or TreeText { IsNull: true } => [],
        TreeList list => [.. list.Items.Take(MaxItems)],
        _ => [value],
    };

    private (string Name, bool? Required)? Read(
        TreeValue item, string path, ForeignKeys keys, string oldName)
    {
        if (item is TreeText { IsNull: false, Value.Length: > 0 } bare)
        {
            problems.Warn(path, item.Place, $"`{bare.Value}` stands alone: taken as `name: {bare.Value}`");
            return (bare.Value, null);
        }

        if (item is not TreeMap map || NameIn(map, oldName) is not { Length: > 0 } name)
        {
            problems.Warn(path, item.Place, $"expected a name, found {item.Description}: no effect");
            return null;
        }

        keys.Check(map, path, problems);
        return (name, map.Boolean("required"));
    }

    /// <param name="oldName">What `name` is called in the older form of `source` and `dest`.</param>
    private static string? NameIn(TreeMap map, string oldName) =>
        map.Text("name") ?? map.Text(oldName) ?? map.Text("path") ?? map.Texts("paths")?.FirstOrDefault();

    private static string? Field(TreeValue item, string key) => (item as TreeMap)?.Text(key);

    private static IEnumerable<string> PathsOf(TreeValue item, string name) =>
        item is not TreeMap map ? [name]
        : map.Text("path") is { Length: > 0 } path ? [path]
        : map.Texts("paths") is { Length: > 0 } paths ? paths.Where(p => p.Length > 0)
        : [map.Text("source") ?? name];

    /// <param name="isFlat">Whether names keep the last part of the path only, as in the older form.</param>
    private static Kept KeptAt(string path, string folder, string name, bool isFlat)
    {
        var at = ContainerPath.Join(folder, path);
        var isFolder = ForeignGlob.IsFolder(path);
        var below = isFlat ? at[at.LastIndexOf('/')..] : path.StartsWith('/') ? at : ContainerPath.Join("/", path);
        var parent = ForeignGlob.FixedPart(below, isFolder);
        return new Kept(name, at, parent.TrimStart('/'), isFolder && path.EndsWith('/'));
    }

    private void WarnOutside(string at, TreeValue item, string path) => problems.Warn(
        path, item.Place, $"`{at}` is outside the workspace: taken as `{ContainerPath.InWorkspace(at)}` within");

    /// <param name="At">Where it lies in the container of its job.</param>
    /// <param name="Folder">Where the folder it was packed from has to be, below the path of a resource.</param>
    private sealed record Kept(string Name, string At, string Folder, bool IsFolder);
}
