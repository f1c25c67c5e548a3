using Npgsql;
using Weir.Controller.Storage.Postgres;
using Weir.Engine.Storage;
using Weir.Testing;

namespace Weir.Tests.Storage.Postgres;

/// <summary>
/// What a database or the way to it may do, and a store must bear: nothing is lost, nothing is done twice.
/// </summary>
public sealed class OutageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_found_and_not_made_again()
    {
        await using var open = new OpenPostgres();
        await open.OpenAsync();
        await using var line = new CuttingLine(open.Connection);
        await using var store = await PostgresStore.OpenAsync(line.Connection, "far", TimeProvider.System, Token);
        await store.CommitAsync(Samples.Inserts(Samples.Run("r1")), Token).Done();
        line.SwallowAnswers();
        var lost = store.CommitAsync(
            Samples.Inserts(Samples.Run("r2")) with { Events = [Samples.Event("r2")] }, Token).Done();

        // the locks are taken, the answer to that does not arrive, and the transaction ends with its connection
        await Eventually.HoldsAsync(() => IdlesInTransaction(open.Connection), "the first round trip was made");
        line.Break();
        Assert.Equal(new CommitOutcome.Committed(2, 1), await lost);

        // now the commit itself goes through unheard
        await Execute(
            open.Connection,
            """
            CREATE FUNCTION wait_first() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN NULL; END $$;
            CREATE TRIGGER wait_first AFTER INSERT ON events FOR EACH ROW WHEN (NEW.subject = 'r3')
                EXECUTE FUNCTION wait_first();
            """);
        await using var holder = new NpgsqlConnection(open.Connection);
        await holder.OpenAsync(Token);
        await Execute(holder, "SELECT pg_advisory_lock(7)");
        var unheard = store.CommitAsync(
            Samples.Inserts(Samples.Run("r3")) with { Events = [Samples.Event("r3")] }, Token).Done();
        await Eventually.HoldsAsync(() => Waits(open.Connection), "the transaction is in its second round trip");
        line.SwallowAnswers();
        await Execute(holder, "SELECT pg_advisory_unlock(7)");
        await Eventually.HoldsAsync(
            async () => await open.Store.GetRunAsync("r3", Token) is not null, "the commit is done");
        line.Break();
        Assert.Equal(new CommitOutcome.Committed(3, 2), await unheard);
        Assert.Equal(2, await store.LastEventAsync(Token));
    }

    [Fact]
    public async Task A_server_that_is_killed_and_started_again_loses_nothing_that_was_acknowledged()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        await using var server = await PostgresServer.StartAsync(isDurable: true);
        var connection = await server.CreateDatabaseAsync();
        await using var store = await PostgresStore.OpenAsync(connection, "one", TimeProvider.System, Token);
        await RequireNothingLostAsync(store, async () =>
        {
            await server.KillAsync();
            await server.StartAgainAsync();
        });
    }

    [Fact]
    public async Task A_server_that_is_replaced_by_its_replica_loses_nothing_that_was_acknowledged()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        await using var server = await PostgresServer.StartAsync(isDurable: true);
        var connection = await server.CreateDatabaseAsync();
        await server.FollowAsync();
        await using var store = await PostgresStore.OpenAsync(
            server.ConnectionToEither(connection), "one", TimeProvider.System, Token);
        await RequireNothingLostAsync(store, async () =>
        {
            await server.KillAsync();
            await server.PromoteAsync();
        });
    }

    [Fact]
    public async Task A_server_that_stays_away_is_told_and_found_again()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        await using var server = await PostgresServer.StartAsync(isDurable: true);
        var connection = await server.CreateDatabaseAsync();
        await using var store = await PostgresStore.OpenAsync(connection, "one", TimeProvider.System, Token);
        await store.CommitAsync(Samples.Inserts(Samples.Run("r1")), Token).Done();
        await server.KillAsync();
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.GetRunAsync("r1", Token));
        await Assert.ThrowsAsync<StoreUnavailableException>(
            async () => await store.CommitAsync(Samples.Inserts(Samples.Run("r2")), Token));
        await server.StartAgainAsync();
        Assert.NotNull(await store.GetRunAsync("r1", Token));
        await store.CommitAsync(Samples.Inserts(Samples.Run("r2")), Token).Done();
    }

    private static async Task RequireNothingLostAsync(PostgresStore store, Func<Task> harm)
    {
        var done = 0;
        var writing = Enumerable.Range(0, 8).Select(async lane =>
        {
            for (var i = 0; i < 40; i++)
            {
                var id = $"r{lane}-{i:D2}";
                await store.CommitAsync(
                    Samples.Inserts(Samples.Run(id)) with { Events = [Samples.Event(id)] }, Token).Done();
                Interlocked.Increment(ref done);
            }
        }).ToList();
        await Eventually.HoldsAsync(() => Volatile.Read(ref done) > 40, "some are written");
        await harm();
        await Task.WhenAll(writing);
        var events = await store.ReadEventsAsync(0, null, 999, Token);
        Assert.Equal(Enumerable.Range(1, 320).Select(i => (long)i), events.Select(row => row.Sequence));
        Assert.Equal(320, events.Select(row => row.Subject).Distinct().Count());
        var runs = await store.ListRunsAsync(new RunQuery { Limit = 999 }, Token);
        Assert.Equal(Enumerable.Range(1, 320).Select(i => (long)i), runs.Select(run => run.Number).Order());
    }

    private static async Task<bool> IdlesInTransaction(string connection) => await Count(
        connection,
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'") > 0;

    private static async Task<bool> Waits(string connection) => await Count(
        connection,
        """
        SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
        WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
        """) > 0;

    private static async Task<long> Count(string connection, string sql)
    {
        await using var opened = new NpgsqlConnection(connection);
        await opened.OpenAsync(Token);
        await using var command = new NpgsqlCommand(sql, opened);
        return (long)(await command.ExecuteScalarAsync(Token))!;
    }

    private static async Task Execute(string connection, string sql)
    {
        await using var opened = new NpgsqlConnection(connection);
        await opened.OpenAsync(Token);
        await Execute(opened, sql);
    }

    private static async Task Execute(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Token);
    }
}
