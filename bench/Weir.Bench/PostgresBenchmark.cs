using Npgsql;
using Weir.Contracts.Flows;
using Weir.Controller.Hosting;
using Weir.Runtimes.Fake;
using Weir.Testing;

namespace Weir.Bench;

/// <summary>
/// Controllers on PostgreSQL, all durable: no-op runs with one controller and with two on the same database, each with
/// its own agent, beside how busy the processors were; the same while a long transaction keeps every dead row; the
/// start of a run; and many idle agents (<see cref="IdleAgents"/>).
/// </summary>
internal static class PostgresBenchmark
{
    private const int WarmUp = 6_000;
    private const int Measured = 12_000;

    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        if (PostgresServer.Missing is { } missing)
            return [new Figure("postgres", "", missing, null, "installed", false)];
        await using var server = await PostgresServer.StartAsync(isDurable: true);
        var figures = new List<Figure>();
        figures.AddRange(await RunsAsync(server, cancellationToken));
        var median = await StartBenchmark.MedianAsync(On(await server.CreateDatabaseAsync(), null), cancellationToken);
        figures.Add(new Figure(
            "start to first command, postgres", $"{median:0.00} ms", "beside the spawn", null, "≤ 6 ms", median <= 6));
        figures.AddRange(await IdleAgents.RunAsync(await server.CreateDatabaseAsync(), cancellationToken));
        return figures;
    }

    private static async Task<IReadOnlyList<Figure>> RunsAsync(
        PostgresServer server, CancellationToken cancellationToken)
    {
        var database = await server.CreateDatabaseAsync();
        var shared = Directory.CreateTempSubdirectory("weir-shared-").FullName;
        await using var first = await StartAsync(database, shared, cancellationToken);
        await RateAsync([first], WarmUp, cancellationToken);
        var one = await RateAsync([first], Measured, cancellationToken);
        var held = await HeldAsync(database, first, cancellationToken);
        var again = await RateAsync([first], Measured, cancellationToken);
        await using var second = await StartAsync(database, shared, cancellationToken);
        await RateAsync([first, second], WarmUp, cancellationToken);
        var two = await RateAsync([first, second], Measured, cancellationToken);
        var free = (one.PerSecond + again.PerSecond) / 2;
        var (gain, kept) = (two.PerSecond / one.PerSecond, held.PerSecond / free);
        Directory.Delete(shared, recursive: true);
        return
        [
            new Figure("no-op runs, one controller", $"{one.PerSecond:0}/s", $"processors {one.Busy:P0} busy", null, "≥ 2000/s", one.PerSecond >= 2_000),
            new Figure(
                "no-op runs, two controllers", $"{two.PerSecond:0}/s",
                $"{one.PerSecond:0}/s with one; processors {two.Busy:P0} busy", gain, "≥ 1.3 ×, or processors busy",
                gain >= 1.3 || Math.Min(one.Busy, two.Busy) >= 0.9),
            new Figure(
                "no-op runs, a transaction held", $"{held.PerSecond:0}/s", $"{free:0}/s before and after", kept, "≥ 0.8 ×",
                kept >= 0.8),
        ];
    }

    private static async Task<Rate> HeldAsync(
        string database, BenchSystem system, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var open = new NpgsqlCommand(
            "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM queue; SELECT txid_current()", connection);
        await open.ExecuteNonQueryAsync(cancellationToken);
        return await RateAsync([system], Measured, cancellationToken);
    }

    private static async Task<Rate> RateAsync(
        IReadOnlyList<BenchSystem> systems, int count, CancellationToken cancellationToken)
    {
        var before = ProcessorTimes.Read();
        var start = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(systems.Select(system => ThroughputBenchmark.RunsPerSecondAsync(
            system.Client, count / systems.Count, cancellationToken)));
        var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        return new Rate(count / seconds, ProcessorTimes.Read().BusySince(before));
    }

    private static async Task<BenchSystem> StartAsync(
        string database, string shared, CancellationToken cancellationToken)
    {
        var system = await BenchSystem.StartAsync(
            _ => [new FakeRuntime(TimeProvider.System)], ThroughputBenchmark.Parallel, On(database, shared),
            cancellationToken);
        await system.Client.Flows.CreateAsync(
            new CreateFlowRequest(ThroughputBenchmark.Definition), cancellationToken);
        return system;
    }

    private static Func<ControllerOptions, ControllerOptions> On(string database, string? shared) =>
        options => options with
        {
            Backend = StateBackend.Postgres, DatabaseConnection = database, SharedFolder = shared,
        };

    private sealed record Rate(double PerSecond, double Busy);
}

/// <summary>Ticks of all processors since the machine began, from <c>/proc/stat</c>.</summary>
internal readonly record struct ProcessorTimes(long All, long Idle)
{
    public static ProcessorTimes Read()
    {
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(long.Parse).ToArray();
        return new ProcessorTimes(ticks.Take(8).Sum(), ticks[3] + ticks[4]);
    }

    public double BusySince(ProcessorTimes before) =>
        1 - ((double)(Idle - before.Idle) / Math.Max(1, All - before.All));
}
