using Weir.Contracts.Statuses;
using Weir.Controller.Storage;
using Weir.Controller.Storage.Sqlite;
using Weir.Engine.Storage;

namespace Weir.Tests.Storage.Sqlite;

public sealed class SqliteSpecifics : IDisposable
{
    private readonly OpenSqlite _open = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SqliteStore Store => _open.Store;

    public void Dispose() => _open.Dispose();

    [Fact]
    public async Task Everything_is_there_after_a_restart()
    {
        await Store.CommitAsync(
            Samples.Inserts(Samples.Run("r1")) with { Events = [Samples.Event("r1")], Lease = [Samples.Lease("r1")] },
            Token);
        _open.Reopen();
        Assert.Equal("r1", (await Store.GetRunAsync("r1", Token))!.Id);
        Assert.Equal(Samples.Lease("r1"), await Store.GetLeaseAsync("r1", "test", Token));
        var next = await Store.CommitAsync(
            Samples.Inserts(Samples.Run("r2")) with { Events = [Samples.Event("r2")] }, Token);
        Assert.Equal(new CommitOutcome.Committed(2, 2), next);
    }

    [Fact]
    public async Task What_was_acknowledged_is_in_the_files_of_a_process_that_was_killed()
    {
        for (var i = 0; i < 50; i++) await Store.CommitAsync(Samples.Inserts(Samples.Run($"r{i}")), Token);
        using var folder = new TempFolder();
        foreach (var suffix in (string[])["", "-wal"]) File.Copy(_open.Path + suffix, folder["weir.db" + suffix]);
        using var survivor = SqliteStore.Open(folder["weir.db"]);
        Assert.Equal(50, (await survivor.ListRunsAsync(new RunQuery { Limit = 99 }, Token)).Count);
    }

    [Fact]
    public void Closing_leaves_one_whole_file()
    {
        Store.Dispose();
        Assert.False(File.Exists(_open.Path + "-wal"));
    }

    [Fact]
    public async Task A_closed_store_says_so()
    {
        Store.Dispose();
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await Store.CommitAsync(new Commit(), Token));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await Store.GetRunAsync("r1", Token));
    }

    [Fact]
    public async Task A_conflict_or_a_failure_in_a_group_harms_no_other_write_of_it()
    {
        using var hold = new ManualResetEventSlim();
        var holding = Hold(hold);
        Commit[] commits =
        [
            Samples.Inserts(Samples.Run("r1")) with { Events = [Samples.Event("r1")] },
            Samples.Inserts(Samples.Run("r1")) with { Events = [Samples.Event("no")] },
            Samples.Inserts(
                Samples.Run("bad") with { Due = null }) with { Documents = [new DocumentWrite("no", 0, "")] },
            Samples.Inserts(Samples.Run("r2")) with { Events = [Samples.Event("r2")] },
        ];
        var group = commits.Select(commit => Store.CommitAsync(commit, Token).AsTask()).ToList();
        hold.Set();
        await holding;
        Assert.Equal(new CommitOutcome.Committed(1, 1), await group[0]);
        Assert.Equal(new CommitOutcome.Conflict(ConflictKind.RunVersion, "r1"), await group[1]);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await group[2]);
        Assert.Equal(new CommitOutcome.Committed(2, 2), await group[3]);
        Assert.Null(await Store.GetAsync("no", Token));
        Assert.Equal(["r1", "r2"], (await Store.ReadEventsAsync(0, null, 9, Token)).Select(row => row.Subject));
    }

    [Fact]
    public async Task Reads_go_on_while_a_write_is_under_way_and_do_not_see_it()
    {
        await Store.CommitAsync(Samples.Inserts(Samples.Run("r1")), Token);
        using var hold = new ManualResetEventSlim();
        using var written = new ManualResetEventSlim();
        var writing = Store.Writer.WriteAsync(
            statements =>
            {
                statements.Apply(Samples.Inserts(Samples.Run("r2")));
                written.Set();
                hold.Wait(TimeSpan.FromSeconds(20));
                return true;
            },
            Token).AsTask();
        written.Wait(Token);
        Assert.Equal("r1", Assert.Single(await Store.ListRunsAsync(new RunQuery(), Token)).Id);
        Assert.False(writing.IsCompleted);
        hold.Set();
        await writing;
        Assert.NotNull(await Store.GetRunAsync("r2", Token));
    }

    [Fact]
    public async Task More_readers_than_connections_are_all_served_while_writes_go_on()
    {
        var writes = Task.Run(
            async () =>
            {
                for (var i = 0; i < 60; i++) await Store.CommitAsync(Samples.Inserts(Samples.Run($"r{i}")), Token);
            },
            Token);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(
            async () =>
            {
                var seen = 0;
                while (seen < 60)
                {
                    var runs = await Store.ListRunsAsync(new RunQuery { Limit = 999 }, Token);
                    Assert.True(runs.Count >= seen);
                    seen = runs.Count;
                    await Task.Yield();
                }
            },
            Token)));
        await writes;
    }

    [Fact]
    public void Looking_for_heads_of_the_queue_never_walks_through_it()
    {
        Assert.All(
            Plan(QueueQueries.HeadsSql).Where(line => line.Contains(" queue", StringComparison.Ordinal)),
            line =>
                Assert.StartsWith("SEARCH queue USING COVERING INDEX queue_by_turn", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Finds_two_heads_among_100_000_entries()
    {
        for (var i = 0; i < 100; i++)
        {
            var rows = Enumerable.Range(i * 1000, 1000)
                .Select(n => Samples.Queued($"r{n}", shape: n % 2 == 0 ? "a" : "b") with { Enqueued = Samples.At(-n) });
            await Store.CommitAsync(new Commit { Enqueue = [.. rows] }, Token);
        }

        Assert.Equal(
            [
                new QueueHead("default", "a", 0, Samples.At(-99_998)),
                new QueueHead("default", "b", 0, Samples.At(-99_999)),
            ],
            await Store.ListQueueHeadsAsync(Token));
    }

    [Fact]
    public void No_read_walks_through_a_table_that_grows()
    {
        using var connection = Connection.OpenReader(_open.Path);
        using var reader = new Reader(connection);
        string[] growing = ["SCAN runs", "SCAN steps", "SCAN events", "SCAN queue", "SCAN plans", "SCAN idempotency"];
        foreach (var sql in connection.PreparedSql.ToList())
        {
            Assert.All(Plan(sql), line => Assert.False(
                growing.Any(scan => line.StartsWith(scan, StringComparison.Ordinal))
                && !line.EndsWith("USING INDEX runs_due", StringComparison.Ordinal),
                $"{sql}: {line}"));
        }
    }

    [Fact]
    public void A_file_of_a_newer_version_is_refused_and_left_alone()
    {
        Store.Dispose();
        Execute($"PRAGMA user_version = {Migration.Sqlite[^1].Number + 1}");
        var refusal = Assert.Throws<DataDirectoryException>(() => SqliteStore.Open(_open.Path));
        Assert.Contains("newer version of weir", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(_open.Path, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_is_copied_before_its_schema_changes()
    {
        await Store.CommitAsync(Samples.Inserts(Samples.Run("r1")), Token);
        Store.Dispose();
        var last = Migration.Sqlite[^1].Number;
        Migration[] more = [.. Migration.Sqlite, new Migration(last + 1, "CREATE TABLE added (x);")];
        SqliteStore.Open(_open.Path, more).Dispose();
        using var copy = SqliteStore.Open($"{_open.Path}.schema-{last}");
        Assert.NotNull(await copy.GetRunAsync("r1", Token));
    }

    [Fact]
    public async Task A_migration_that_fails_changes_nothing()
    {
        await Store.CommitAsync(Samples.Inserts(Samples.Run("r1")), Token);
        Store.Dispose();
        Migration[] bad =
            [.. Migration.Sqlite, new Migration(Migration.Sqlite[^1].Number + 1, "DROP TABLE steps; SELECT no_such();")];
        Assert.Throws<StoreUnavailableException>(() => SqliteStore.Open(_open.Path, bad));
        _open.Reopen();
        Assert.NotNull(await Store.LoadRunAsync("r1", Token));
    }

    [Fact]
    public void Stored_numbers_of_statuses_and_reasons_never_change()
    {
        Assert.Equal(
            "Pending=0 Running=1 Success=2 Failed=3 Cancelled=4 Skipped=5",
            string.Join(' ', Enum.GetValues<RunStatus>().Select(status => $"{status}={(int)status}")));
        Assert.Equal(
            "None=0 Exit=1 Timeout=2 QueueTimeout=3 Infrastructure=4 Cancelled=5 WhenFalse=6 Upstream=7 Expression=8 "
            + "Artifact=9 Policy=10 Secret=11 StepFailed=12 Released=13 Disk=14 "
            + "FailFast=15 Rejected=16 NotApproved=17 Superseded=18 Busy=19",
            string.Join(' ', Enum.GetValues<ReasonCode>().Select(reason => $"{reason}={(int)reason}")));
    }

    private Task<bool> Hold(ManualResetEventSlim until) => Store.Writer.WriteAsync(
        _ => until.Wait(TimeSpan.FromSeconds(20)), Token).AsTask();

    private List<string> Plan(string sql)
    {
        using var connection = Connection.OpenReader(_open.Path);
        return connection.Prepare("EXPLAIN QUERY PLAN " + sql).Rows(row => row.TextAt(3));
    }

    private void Execute(string sql)
    {
        using var connection = Connection.OpenWriter(_open.Path);
        connection.Execute(sql);
    }
}
