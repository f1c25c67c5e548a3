namespace Weir.Controller.Storage.Transfer;

/// <summary><c>manifest.json</c> of a backup, written last: a backup without it is not whole.</summary>
internal sealed record BackupManifest(int Format, string Id, string Weir, string From, DateTimeOffset Taken)
{
    /// <summary>The only one there is.</summary>
    public const int Current = 1;
    public const string File = "manifest.json";

    public required IReadOnlyDictionary<string, TableDigest> Tables { get; init; }

    /// <summary>Of <c>files.ndjson</c>, which names every other file with its length and digest.</summary>
    public required TableDigest Files { get; init; }

    /// <summary>The table of that file.</summary>
    public static PortableTable FileTable { get; } = new(
        "files", 1, [new("path", true), new("bytes", false), new("sha256", true)]);

    public static string PathOf(string folder, PortableTable table) =>
        table == FileTable
            ? Path.Combine(folder, "files.ndjson")
            : Path.Combine(folder, "rows", table.Name + ".ndjson");
}
