using Microsoft.Data.Sqlite;
using Weir.Contracts.Client;
using Weir.Contracts.Flows;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Runtimes.Fake;

namespace Weir.Bench;

/// <summary>
/// No-op one-step runs through API, scheduler, store, agent protocol and fake runtime, all durable, against bare rows
/// in transactions of 100 on the same disk; and the same with a hundred times as many runs stored.
/// </summary>
internal static class ThroughputBenchmark
{
    /// <summary>
    /// Row writes in the life of a one-step run: insert (run, step, queue entry, node, 3 events), claim (run, step,
    /// queue entry, lease, 2 events), finish (run, step, lease, 2 nodes, 4 events).
    /// </summary>
    private const int RowsPerRun = 22;
    private const int WarmUp = 12_000;
    private const int Measured = 12_000;
    private const int Stored = 100_000;
    public const int Parallel = 64;
    public const string Definition = "name: noop\nruntime: fake\nsteps: [{ name: s, commands: [\"true\"] }]\n";

    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        var floor = BareRowsPerSecond();
        await using var system = await StartAsync(cancellationToken);
        await RunsPerSecondAsync(system.Client, WarmUp, cancellationToken);
        var rate = await RunsPerSecondAsync(system.Client, Measured, cancellationToken);
        var bound = floor / RowsPerRun;
        return
        [
            new Figure(
                "no-op runs", $"{rate:0}/s", $"{floor:0} rows/s ÷ {RowsPerRun} = {bound:0}/s", rate / bound, "≥ 0.35 ×",
                rate / bound >= 0.35),
            new Figure("no-op runs, absolute", $"{rate:0}/s", "", null, "≥ 3000/s", rate >= 3_000),
        ];
    }

    /// <summary>The rate again, once a hundred times as many runs are stored.</summary>
    public static async Task<IReadOnlyList<Figure>> GrowthAsync(CancellationToken cancellationToken)
    {
        await using var system = await StartAsync(cancellationToken);
        await RunsPerSecondAsync(system.Client, WarmUp, cancellationToken);
        var few = await RunsPerSecondAsync(system.Client, Measured, cancellationToken);
        await RunsPerSecondAsync(system.Client, Stored - Measured - WarmUp, cancellationToken);
        var many = await RunsPerSecondAsync(system.Client, Measured, cancellationToken);
        return
        [
            new Figure(
                $"no-op runs with {Stored} stored", $"{many:0}/s", $"{few:0}/s with {WarmUp}", many / few, "≥ 0.85 ×",
                many / few >= 0.85),
        ];
    }

    private static async Task<BenchSystem> StartAsync(CancellationToken cancellationToken)
    {
        var system = await BenchSystem.StartAsync(
            _ => [new FakeRuntime(TimeProvider.System)], Parallel, cancellationToken);
        await system.Client.Flows.CreateAsync(new CreateFlowRequest(Definition), cancellationToken);
        return system;
    }

    public static async Task<double> RunsPerSecondAsync(
        WeirClient client, int count, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        var many = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken };
        await System.Threading.Tasks.Parallel.ForAsync(0, count, many, async (_, token) =>
            await client.Runs.StartAsync(new StartRunRequest { Flow = "noop" }, token));
        var open = new RunListQuery { Statuses = [RunStatus.Pending, RunStatus.Running], Page = new PageQuery(1) };
        while ((await client.Runs.ListAsync(open, cancellationToken)).Items.Count > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
        }

        return count / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>The disk and SQLite alone: rows of 300 bytes, 100 a transaction, full durability.</summary>
    private static double BareRowsPerSecond()
    {
        const int Rows = 100_000;
        var folder = Directory.CreateTempSubdirectory("weir-rows-").FullName;
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "rows.db")};Pooling=False");
        connection.Open();
        Execute(
            connection,
            """
            pragma journal_mode = wal;
            pragma synchronous = full;
            create table rows (id integer primary key, subject text, body text);
            create index by_subject on rows (subject);
            """);
        using var insert = connection.CreateCommand();
        insert.CommandText = "insert into rows (subject, body) values ($subject, $body)";
        var subject = insert.Parameters.Add("$subject", SqliteType.Text);
        var body = insert.Parameters.Add("$body", SqliteType.Text);
        body.Value = new string('x', 280);
        var start = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < Rows; i += 100)
        {
            using var transaction = connection.BeginTransaction();
            insert.Transaction = transaction;
            for (var j = 0; j < 100; j++)
            {
                subject.Value = $"subject-{i + j:D8}";
                insert.ExecuteNonQuery();
            }

            transaction.Commit();
        }

        var rate = Rows / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        connection.Close();
        Directory.Delete(folder, recursive: true);
        return rate;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
