using Weir.Controller.Storage.Postgres;
using Weir.Engine.Storage;
using Weir.Testing;

namespace Weir.Tests.Storage.Postgres;

/// <summary>
/// Stores on a database of their own, gone afterwards; the test is skipped where there is no PostgreSQL.
/// </summary>
internal sealed class OpenPostgres : IAsyncDisposable
{
    private readonly List<PostgresStore> _stores = [];
    private PostgresServer? _server;

    public string Connection { get; private set; } = "";

    public PostgresStore Store => _stores[0];

    public async ValueTask OpenAsync()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        _server = await PostgresServer.SharedAsync();
        Connection = await _server.CreateDatabaseAsync();
        await AnotherAsync("one");
    }

    /// <summary>As a further controller would have it.</summary>
    public async Task<PostgresStore> AnotherAsync(string origin)
    {
        var store = await PostgresStore.OpenAsync(
            Connection, origin, TimeProvider.System, TestContext.Current.CancellationToken);
        _stores.Add(store);
        return store;
    }

    public async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        _stores.Clear();
        await AnotherAsync("one");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores) await store.DisposeAsync();
        if (_server is not null) await _server.DropAsync(Connection);
    }
}

public sealed class PostgresDocuments : DocumentSuite, IAsyncLifetime
{
    private readonly OpenPostgres _open = new();

    protected override IDocumentStore Documents => _open.Store;

    protected override IRecordStore Records => _open.Store;

    public ValueTask InitializeAsync() => _open.OpenAsync();

    public ValueTask DisposeAsync() => _open.DisposeAsync();

    public override void Dispose()
    {
    }
}

public sealed class PostgresRuns : RunSuite, IAsyncLifetime
{
    private readonly OpenPostgres _open = new();

    protected override IDocumentStore Documents => _open.Store;

    protected override IRecordStore Records => _open.Store;

    public ValueTask InitializeAsync() => _open.OpenAsync();

    public ValueTask DisposeAsync() => _open.DisposeAsync();

    public override void Dispose()
    {
    }
}

public sealed class PostgresQueue : QueueSuite, IAsyncLifetime
{
    private readonly OpenPostgres _open = new();

    protected override IDocumentStore Documents => _open.Store;

    protected override IRecordStore Records => _open.Store;

    public ValueTask InitializeAsync() => _open.OpenAsync();

    public ValueTask DisposeAsync() => _open.DisposeAsync();

    public override void Dispose()
    {
    }
}

public sealed class PostgresLeases : LeaseSuite, IAsyncLifetime
{
    private readonly OpenPostgres _open = new();

    protected override IDocumentStore Documents => _open.Store;

    protected override IRecordStore Records => _open.Store;

    public ValueTask InitializeAsync() => _open.OpenAsync();

    public ValueTask DisposeAsync() => _open.DisposeAsync();

    public override void Dispose()
    {
    }
}

public sealed class PostgresEvents : EventSuite, IAsyncLifetime
{
    private readonly OpenPostgres _open = new();

    protected override IDocumentStore Documents => _open.Store;

    protected override IRecordStore Records => _open.Store;

    public ValueTask InitializeAsync() => _open.OpenAsync();

    public ValueTask DisposeAsync() => _open.DisposeAsync();

    public override void Dispose()
    {
    }
}

public sealed class PostgresNodes : NodeSuite, IAsyncLifetime
{
    private readonly OpenPostgres _open = new();

    protected override IDocumentStore Documents => _open.Store;

    protected override IRecordStore Records => _open.Store;

    public ValueTask InitializeAsync() => _open.OpenAsync();

    public ValueTask DisposeAsync() => _open.DisposeAsync();

    public override void Dispose()
    {
    }
}
