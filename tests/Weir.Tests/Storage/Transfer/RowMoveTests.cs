using Npgsql;
using Weir.Controller.Storage;
using Weir.Controller.Storage.Postgres;
using Weir.Controller.Storage.Sqlite;
using Weir.Controller.Storage.Transfer;
using Weir.Engine.Storage;
using Weir.Engine.Storage.Memory;
using Weir.Testing;

namespace Weir.Tests.Storage.Transfer;

/// <summary>Rows of random operations, moved from one backend to the other and back.</summary>
public sealed class RowMoveTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private PostgresServer? _server;
    private string _database = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string First => _folder["first.db"];

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        _server = await PostgresServer.SharedAsync();
        _database = await _server.CreateDatabaseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DropAsync(_database);
        _folder.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_store_answers_as_before_on_either_backend(int seed)
    {
        var picture = await FillAsync(First, seed);
        await using (var postgres = await PostgresRows.OpenAsync(_database, Token))
        {
            await using var sqlite = SqliteRows.Open(First);
            await MoveAsync(sqlite, postgres);
        }

        await using (var store = await PostgresStore.OpenAsync(_database, "one", TimeProvider.System, Token))
            Assert.Equal(picture, await StorePicture.OfAsync(store, store));

        await using (var postgres = await PostgresRows.OpenAsync(_database, Token))
        {
            await using var sqlite = SqliteRows.Open(_folder["back.db"]);
            await MoveAsync(postgres, sqlite);
        }

        using var back = SqliteStore.Open(_folder["back.db"]);
        Assert.Equal(picture, await StorePicture.OfAsync(back, back));
        await back.CommitAsync(new Commit { Events = [Samples.Event("01run03")] }, Token);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_move_that_was_killed_anywhere_goes_on(bool toPostgres)
    {
        var picture = await FillAsync(First, 3);
        if (!toPostgres)
        {
            await using var sqlite = SqliteRows.Open(First);
            await using var postgres = await PostgresRows.OpenAsync(_database, Token);
            await MoveAsync(sqlite, postgres);
        }

        var kills = 0;
        for (var writes = 0; ; writes++)
        {
            await using IRowTarget source =
                toPostgres ? SqliteRows.Open(First) : await PostgresRows.OpenAsync(_database, Token);
            await using IRowTarget target =
                toPostgres ? await PostgresRows.OpenAsync(_database, Token) : SqliteRows.Open(_folder["back.db"]);
            await using var dying = new DyingTarget(target, writes % 4);
            try
            {
                await MoveAsync(source, dying);
                break;
            }
            catch (IOException)
            {
                kills++;
            }
        }

        Assert.True(kills >= 3, $"{kills} kills");
        await using IAsyncDisposable? store = toPostgres
            ? await PostgresStore.OpenAsync(_database, "one", TimeProvider.System, Token)
            : null;
        using var file = toPostgres ? null : SqliteStore.Open(_folder["back.db"]);
        IRecordStore records = store as PostgresStore ?? (IRecordStore)file!;
        Assert.Equal(picture, await StorePicture.OfAsync(records, (IDocumentStore)records));
    }

    [Fact]
    public async Task What_changed_after_a_kill_is_moved_as_it_is_now()
    {
        await FillAsync(First, 4);
        await using var target = await PostgresRows.OpenAsync(_database, Token);
        await using (var sqlite = SqliteRows.Open(First))
        {
            var dying = new DyingTarget(target, 3);
            await Assert.ThrowsAsync<IOException>(() => MoveAsync(sqlite, dying));
        }

        using (var store = SqliteStore.Open(First))
            await store.CommitAsync(new Commit { Documents = [new DocumentWrite("flows/new", 0, "1")] }, Token);
        await using (var sqlite = SqliteRows.Open(First)) await MoveAsync(sqlite, target);
        await using var moved = SqliteRows.Open(First);
        Assert.Equal(await TableDigest.OfAllAsync(moved, Token), await TableDigest.OfAllAsync(target, Token));
    }

    [Fact]
    public async Task A_database_with_other_rows_is_left_alone()
    {
        await FillAsync(First, 5);
        await FillAsync(_folder["other.db"], 6);
        await using var other = SqliteRows.Open(_folder["other.db"]);
        var before = await TableDigest.OfAllAsync(other, Token);
        await using var source = SqliteRows.Open(First);
        var refused = await Assert.ThrowsAsync<DataDirectoryException>(() => MoveAsync(source, other));
        Assert.Contains("not empty", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await TableDigest.OfAllAsync(other, Token));

        await using var target = await PostgresRows.OpenAsync(_database, Token);
        await using var dying = new DyingTarget(target, 2);
        await Assert.ThrowsAsync<IOException>(() => MoveAsync(source, dying));
        var second = await Assert.ThrowsAsync<DataDirectoryException>(
            () => new RowMove(other, target, "elsewhere").RunAsync(Token));
        Assert.Contains("an unfinished move from here", second.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_column_of_both_schemas_moves()
    {
        await using var target = await PostgresRows.OpenAsync(_database, Token);
        await using var source = NpgsqlDataSource.Create(_database);
        await using var command = source.CreateCommand(
            "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'");
        var columns = new List<string>();
        await using (var rows = await command.ExecuteReaderAsync(Token))
        {
            while (await rows.ReadAsync(Token)) columns.Add(rows.GetString(0));
        }

        var moved = PortableTable.All.SelectMany(table => table.Columns.Select(column => $"{table.Name}.{column.Name}"));
        Assert.Equal(
            moved.Append("events.origin").Order(StringComparer.Ordinal),
            columns.Where(name => !name.StartsWith("schema_steps.", StringComparison.Ordinal)
                && !name.StartsWith("write_groups.", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    private static async Task MoveAsync(IRowTarget source, IRowTarget target)
    {
        var move = new RowMove(source, target, "here");
        await move.RunAsync(Token);
        await move.FinishAsync(Token);
    }

    private static async Task<string> FillAsync(string path, int seed)
    {
        using var store = SqliteStore.Open(path);
        var memory = new MemoryStore();
        var commits = new RandomCommits(new Random(seed), memory, memory);
        for (var i = 0; i < 300; i++)
        {
            var call = await SameOperations.NextAsync(commits);
            await SameOperations.AnswerAsync(call(store));
            await SameOperations.AnswerAsync(call(memory));
        }

        return await StorePicture.OfAsync(store, store);
    }

    /// <summary>A process that is killed at its n-th write.</summary>
    private sealed class DyingTarget(IRowTarget inner, int writes) : IRowTarget
    {
        private int _left = writes;

        public ValueTask<IReadOnlyList<object?[]>> ReadAsync(
            PortableTable table, object?[]? after, int limit, CancellationToken cancellationToken) =>
            inner.ReadAsync(table, after, limit, cancellationToken);

        public ValueTask AddAsync(
            PortableTable table, IReadOnlyList<object?[]> rows, CancellationToken cancellationToken) =>
            Write(() => inner.AddAsync(table, rows, cancellationToken));

        public ValueTask<object?[]?> LastKeyAsync(PortableTable table, CancellationToken cancellationToken) =>
            inner.LastKeyAsync(table, cancellationToken);

        public ValueTask ClearAsync(CancellationToken cancellationToken) =>
            Write(() => inner.ClearAsync(cancellationToken));

        public ValueTask<string?> ReadMarkAsync(CancellationToken cancellationToken) =>
            inner.ReadMarkAsync(cancellationToken);

        public ValueTask WriteMarkAsync(string? json, CancellationToken cancellationToken) =>
            Write(() => inner.WriteMarkAsync(json, cancellationToken));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private ValueTask Write(Func<ValueTask> write) => _left-- > 0 ? write() : throw new IOException("killed");
    }
}
