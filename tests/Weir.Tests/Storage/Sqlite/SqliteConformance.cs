using Weir.Controller.Storage.Sqlite;
using Weir.Engine.Storage;

namespace Weir.Tests.Storage.Sqlite;

/// <summary>A store on a file in a folder of its own, gone afterwards.</summary>
internal sealed class OpenSqlite : IDisposable
{
    private readonly TempFolder _folder = new();

    public OpenSqlite() => Store = SqliteStore.Open(Path);

    public string Path => _folder["weir.db"];

    public SqliteStore Store { get; private set; }

    public void Reopen()
    {
        Store.Dispose();
        Store = SqliteStore.Open(Path);
    }

    public void Dispose()
    {
        Store.Dispose();
        _folder.Dispose();
    }
}

public sealed class SqliteDocuments : DocumentSuite
{
    private readonly OpenSqlite _open = new();

    protected override IDocumentStore Documents => _open.Store;

    protected override IRecordStore Records => _open.Store;

    public override void Dispose() => _open.Dispose();
}

public sealed class SqliteRuns : RunSuite
{
    private readonly OpenSqlite _open = new();

    protected override IDocumentStore Documents => _open.Store;

    protected override IRecordStore Records => _open.Store;

    public override void Dispose() => _open.Dispose();
}

public sealed class SqliteQueue : QueueSuite
{
    private readonly OpenSqlite _open = new();

    protected override IDocumentStore Documents => _open.Store;

    protected override IRecordStore Records => _open.Store;

    public override void Dispose() => _open.Dispose();
}

public sealed class SqliteLeases : LeaseSuite
{
    private readonly OpenSqlite _open = new();

    protected override IDocumentStore Documents => _open.Store;

    protected override IRecordStore Records => _open.Store;

    public override void Dispose() => _open.Dispose();
}

public sealed class SqliteEvents : EventSuite
{
    private readonly OpenSqlite _open = new();

    protected override IDocumentStore Documents => _open.Store;

    protected override IRecordStore Records => _open.Store;

    public override void Dispose() => _open.Dispose();
}

public sealed class SqliteNodes : NodeSuite
{
    private readonly OpenSqlite _open = new();

    protected override IDocumentStore Documents => _open.Store;

    protected override IRecordStore Records => _open.Store;

    public override void Dispose() => _open.Dispose();
}
