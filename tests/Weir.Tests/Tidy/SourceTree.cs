namespace Weir.Tests.Tidy;

/// <summary>The checkout that these tests were built from.</summary>
internal static class SourceTree
{
    private static readonly string[] Folders = ["src", "tests", "bench"];
    private static readonly Lazy<IReadOnlyList<SourceFile>> Files = new(ReadAll);

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<SourceFile> All => Files.Value;

    public static IEnumerable<SourceFile> Product =>
        All.Where(file => file.Path.StartsWith("src/", StringComparison.Ordinal));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static bool Exists(string path) =>
        File.Exists(Path.Combine(Root, path)) || Directory.Exists(Path.Combine(Root, path));

    /// <summary>Paths relative to the root, with slashes; build output and foreign folders left out.</summary>
    public static IEnumerable<string> Find(string folder, string pattern) =>
        Directory.Exists(Path.Combine(Root, folder))
            ? Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(Root, path))
                .Where(
                    path =>
                        !path.Split('/').Any(part => part is "artifacts" or "bin" or "obj" or ".git" or "node_modules"))
                .Order(StringComparer.Ordinal)
            : [];

    private static IReadOnlyList<SourceFile> ReadAll() =>
        [.. Folders.SelectMany(folder => Find(folder, "*.cs")).Select(path => SourceFile.Of(path, Read(path)))];

    private static string FindRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Weir.slnx"))) at = at.Parent;
        return at?.FullName ?? throw new InvalidOperationException("these tests must run from a checkout");
    }
}

/// <summary>A C# file, taken apart.</summary>
internal sealed record SourceFile(string Path, string[] Lines, CSharpText Text, IReadOnlyList<Declaration> Declarations)
{
    public IEnumerable<Declaration> Types =>
        Declarations.Where(declaration => declaration.Kind == DeclarationKind.Type);

    public static SourceFile Of(string path, string source)
    {
        var text = CSharpText.Read(source);
        return new SourceFile(path, source.TrimEnd('\n').Split('\n'), text, CSharpMembers.Find(text.Code));
    }
}
