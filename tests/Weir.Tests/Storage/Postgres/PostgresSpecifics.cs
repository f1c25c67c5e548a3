using System.Globalization;
using Npgsql;
using Weir.Controller.Storage;
using Weir.Controller.Storage.Postgres;
using Weir.Engine.Storage;
using Weir.Testing;

namespace Weir.Tests.Storage.Postgres;

public sealed class PostgresSpecifics : IAsyncLifetime
{
    private readonly OpenPostgres _open = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private PostgresStore Store => _open.Store;

    public ValueTask InitializeAsync() => _open.OpenAsync();

    public ValueTask DisposeAsync() => _open.DisposeAsync();

    [Fact]
    public async Task Two_that_start_at_once_on_an_empty_database_both_find_the_schema()
    {
        await Execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        var stores = await Task.WhenAll(_open.AnotherAsync("a"), _open.AnotherAsync("b"), _open.AnotherAsync("c"));
        foreach (var store in stores) await store.CommitAsync(Samples.Tells(Samples.Event("r")), Token).Done();
        Assert.Equal(3, await stores[0].LastEventAsync(Token));
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused_and_left_alone()
    {
        await Execute($"INSERT INTO schema_steps (number) VALUES ({Migration.Postgres[^1].Number + 1})");
        var refusal = await Assert.ThrowsAsync<DataDirectoryException>(() => _open.AnotherAsync("b"));
        Assert.Contains("newer version of weir", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_that_fails_changes_nothing()
    {
        Migration[] bad =
            [.. Migration.Postgres, new(Migration.Postgres[^1].Number + 1, "DROP TABLE steps; SELECT no_such();")];
        await Assert.ThrowsAsync<DataDirectoryException>(
            () => PostgresStore.OpenAsync(_open.Connection, "b", TimeProvider.System, bad, Token));
        await Store.CommitAsync(new Commit { Steps = [Samples.Step("r1", 0)] }, Token).Done();
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_told_without_its_password()
    {
        var refusal = await Assert.ThrowsAsync<DataDirectoryException>(() => PostgresStore.OpenAsync(
            _open.Connection + ";Database=nowhere;Password=hidden", "b", TimeProvider.System, Token));
        Assert.Contains("nowhere", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_that_is_slow_before_its_events_are_numbered_holds_up_nobody()
    {
        await Store.CommitAsync(Samples.Writes(new DocumentWrite("d", 0, "{}")), Token).Done();
        var other = await _open.AnotherAsync("two");
        await using var slow = new NpgsqlConnection(_open.Connection);
        await slow.OpenAsync(Token);
        var transaction = await slow.BeginTransactionAsync(Token);
        await Execute(slow, "SELECT 1 FROM documents WHERE key = 'd' FOR UPDATE");
        var held = Store.CommitAsync(
            Samples.Tells(Samples.Event("slow")) with { Documents = [new DocumentWrite("d", 1, "{}")] }, Token).Done();
        Assert.Equal(1, (await other.CommitAsync(Samples.Tells(Samples.Event("fast")), Token).Done()).LastEvent);
        Assert.False(held.IsCompleted);
        await transaction.CommitAsync(Token);
        Assert.Equal(2, (await held).LastEvent);
        Assert.Equal(
            ["fast", "slow"], (await other.ReadEventsAsync(0, null, 9, Token)).Select(row => row.Subject));
    }

    [Fact]
    public async Task A_cursor_skips_nothing_when_a_commit_is_slow_after_its_events_were_numbered()
    {
        await Execute(
            """
            CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER wait_at_commit AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW WHEN (NEW.subject = 'slow') EXECUTE FUNCTION wait_at_commit();
            """);
        var other = await _open.AnotherAsync("two");
        await using var holder = new NpgsqlConnection(_open.Connection);
        await holder.OpenAsync(Token);
        await Execute(holder, "SELECT pg_advisory_lock(7)");
        var slow = Store.CommitAsync(Samples.Tells(Samples.Event("slow")), Token).Done();
        await Eventually.HoldsAsync(async () => await Waiting() == 1, "1 wait");
        var fast = other.CommitAsync(Samples.Tells(Samples.Event("fast")), Token).Done();
        await Eventually.HoldsAsync(async () => await Waiting() == 2, "2 wait");
        Assert.Empty(await other.ReadEventsAsync(0, null, 9, Token));
        await Execute(holder, "SELECT pg_advisory_unlock(7)");
        Assert.Equal((1, 2), ((await slow).LastEvent, (await fast).LastEvent));
        Assert.Equal(["slow", "fast"], (await other.ReadEventsAsync(0, null, 9, Token)).Select(row => row.Subject));
    }

    [Fact]
    public async Task Two_stores_at_once_leave_no_gap_in_events_and_numbers_and_their_readers_never_skip_one()
    {
        PostgresStore[] stores = [Store, await _open.AnotherAsync("two")];
        var writing = Enumerable.Range(0, 200).Select(i => stores[i % 2].CommitAsync(
            Samples.Inserts(Samples.Run($"r{i}")) with { Events = [Samples.Event($"r{i}"), Samples.Event("x")] },
            Token).Done()).ToList();
        var seen = 0L;
        while (seen < 400)
        {
            foreach (var row in await stores[1].ReadEventsAsync(seen, null, 50, Token))
                Assert.Equal(++seen, row.Sequence);
        }

        var done = await Task.WhenAll(writing);
        Assert.Equal(Enumerable.Range(1, 200).Select(i => (long)i), done.Select(outcome => outcome.RunNumber).Order());
    }

    [Fact]
    public async Task Of_two_stores_that_want_the_same_one_gets_it()
    {
        PostgresStore[] stores = [Store, await _open.AnotherAsync("two")];
        for (var i = 0; i < 40; i++)
        {
            await Store.CommitAsync(
                Samples.Inserts(Samples.Run($"r{i}")) with { Enqueue = [Samples.Queued($"r{i}")] }, Token).Done();
            var claims = await Task.WhenAll(stores.Select((store, n) => store.CommitAsync(
                new Commit
                {
                    Run = new RunWrite(Samples.Run($"r{i}"), 1),
                    Dequeue = [new StepKey($"r{i}", "test")],
                    Lease = [Samples.Lease($"r{i}", lease: i + 1, agent: $"a{n}")],
                },
                Token).AsTask()));
            Assert.Single(claims.OfType<CommitOutcome.Committed>());
            Assert.Equal(
                new CommitOutcome.Conflict(ConflictKind.RunVersion, $"r{i}"),
                Assert.Single(claims.OfType<CommitOutcome.Conflict>()));
            var keyed = await Task.WhenAll(stores.Select(store => store.CommitAsync(
                new Commit { Idempotency = new IdempotencyRow("default", $"k{i}", "h", "r", Samples.Noon) },
                Token).AsTask()));
            Assert.Single(keyed.OfType<CommitOutcome.Committed>());
        }
    }

    [Fact]
    public async Task A_closed_store_says_so()
    {
        await Store.DisposeAsync();
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await Store.CommitAsync(new Commit(), Token));
    }

    private async Task<long> Waiting()
    {
        await using var connection = new NpgsqlConnection(_open.Connection);
        await connection.OpenAsync(Token);
        await using var count = new NpgsqlCommand(
            """
            SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
            WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
            """,
            connection);
        return Convert.ToInt64(await count.ExecuteScalarAsync(Token), CultureInfo.InvariantCulture);
    }

    private async Task Execute(string sql)
    {
        await using var connection = new NpgsqlConnection(_open.Connection);
        await connection.OpenAsync(Token);
        await Execute(connection, sql);
    }

    private static async Task Execute(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Token);
    }
}
