namespace Weir.Controller.Storage.Transfer;

/// <summary>
/// A table as every backend has it: what moves from one to another, and into backups. Rows are arrays of texts and
/// integers (<see cref="long"/>) in the order of the columns; the key comes first, and its order is that of bytes.
/// </summary>
/// <param name="Condition">SQL for the rows that move; the others belong to the controllers of one backend.</param>
internal sealed record PortableTable(
    string Name, int KeyColumns, IReadOnlyList<PortableColumn> Columns, string Condition = "true")
{
    /// <summary>
    /// Who leads, which folder controllers share, and how far a move is: true of one backend at one time only.
    /// </summary>
    private const string LastingDocuments =
        "key NOT LIKE 'leader/%' AND key NOT LIKE 'cluster/%' AND key NOT LIKE 'transfer/%'";

    public static IReadOnlyList<PortableTable> All { get; } =
    [
        new("documents", 1, Read("key", "version#", "json"), LastingDocuments),
        new("idempotency", 2, Read("namespace", "key", "content_hash", "run", "created#")),
        new("plans", 1, Read("digest", "json")),
        new("run_numbers", 2, Read("namespace", "flow", "last#")),
        new("runs", 1, Read(
            "id", "namespace", "flow", "number#", "revision#", "status#", "reason#", "plan_digest", "version#",
            "created#", "started#", "ended#", "due#", "round#", "json")),
        new("steps", 2, Read("run", "place#", "name", "status#", "json")),
        new("queue", 2, Read("run", "step", "namespace", "shape", "priority#", "enqueued#")),
        new("leases", 2, Read(
            "run", "step", "attempt#", "lease#", "agent", "namespace", "generation#", "number#", "ordinal#", "until#")),
        new("events", 1, Read("sequence#", "time#", "type", "namespace", "subject", "json")),
        new("nodes", 1, Read(
            "id", "namespace", "parent", "lineage", "path", "name", "kind", "owner", "created#", "json")),
    ];

    public IEnumerable<PortableColumn> Key => Columns.Take(KeyColumns);

    public string ColumnList => string.Join(", ", Columns.Select(column => column.Name));

    public string KeyList => string.Join(", ", Key.Select(column => column.Name));

    public object?[] KeyOf(object?[] row) => row[..KeyColumns];

    private static PortableColumn[] Read(params ReadOnlySpan<string> columns)
    {
        var read = new PortableColumn[columns.Length];
        for (var i = 0; i < read.Length; i++) read[i] = new(columns[i].TrimEnd('#'), !columns[i].EndsWith('#'));
        return read;
    }
}

internal readonly record struct PortableColumn(string Name, bool IsText);
