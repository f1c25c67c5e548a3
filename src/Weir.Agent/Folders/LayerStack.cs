namespace Weir.Agent.Folders;

/// <summary>
/// What a layered workspace consists of, kept beside it as <c>&lt;workspace&gt;.stack</c>: names in the run's folder, a
/// line each, from the layer that is written to down to the workspace that all began with. A layer is a folder
/// <c>NAME.layer</c> with what the kernel's overlay calls <c>upper</c> and <c>work</c>.
/// </summary>
internal sealed record LayerStack(string Folder, IReadOnlyList<string> Names)
{
    public const string FileSuffix = ".stack";
    public const string LayerSuffix = ".layer";

    // A page holds what the kernel takes of options.
    private const int LongestOptions = 4095;

    public string Top => Names[0];

    /// <summary>Null for a workspace that is a plain folder.</summary>
    public static LayerStack? Read(string workspace)
    {
        if (!File.Exists(workspace + FileSuffix)) return null;
        var names = File.ReadAllLines(workspace + FileSuffix).Select(name => Path.GetFileName(name)).ToList();
        return names.Count > 1 ? new LayerStack(Path.GetDirectoryName(workspace)!, names) : null;
    }

    /// <summary>All there are in a run's folder.</summary>
    public static IEnumerable<LayerStack> In(string folder) =>
        Directory.EnumerateFiles(folder, "*" + FileSuffix)
            .Select(file => Read(file[..^FileSuffix.Length])).OfType<LayerStack>();

    public void Write(string workspace) => PrivateFile.Write(
        workspace + FileSuffix, System.Text.Encoding.UTF8.GetBytes(string.Join('\n', Names)));

    /// <summary>The overlay's options; null when they are longer than the kernel takes.</summary>
    /// <param name="writable">Else nothing of the stack is changed by whoever sees it.</param>
    public string? Options(bool writable)
    {
        var lower = string.Join(':', (writable ? Names.Skip(1) : Names).Select(ContentOf));
        var layer = Path.Combine(Folder, Top);
        var upper = writable ? $",upperdir={ContentOf(Top)},workdir={Path.Combine(layer, "work")}" : "";
        // Without an index nothing of a layer refuses to be used again after a crash; metacopy makes that giving a
        // workspace to another user, as each slot has its own, does not copy the files.
        var options = $"lowerdir={lower}{upper},index=off,redirect_dir=on,metacopy=on";
        return System.Text.Encoding.UTF8.GetByteCount(options) <= LongestOptions ? options : null;
    }

    public string ContentOf(string name) => name.EndsWith(LayerSuffix, StringComparison.Ordinal)
        ? Path.Combine(Folder, name, "upper")
        : Path.Combine(Folder, name);
}
