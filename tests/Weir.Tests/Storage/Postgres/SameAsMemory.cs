using Npgsql;
using Weir.Engine.Storage.Memory;

namespace Weir.Tests.Storage.Postgres;

/// <summary>
/// The same operations, by seed, give the same answers on both backends: in groups of many, with connections that are
/// ended in their midst and restarts between them.
/// </summary>
public sealed class SameAsMemory : IAsyncLifetime
{
    private readonly OpenPostgres _open = new();
    private readonly MemoryStore _memory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _open.OpenAsync();

    public ValueTask DisposeAsync() => _open.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Any_operations_give_the_same_answers(int seed)
    {
        var random = new Random(seed);
        var commits = new RandomCommits(random, _memory, _memory);
        var leases = 0;
        for (var round = 0; round < 30; round++)
        {
            var (expected, found) = await RunGroup(commits, 1 + random.Next(25));
            Assert.Equal(expected, found);
            leases += (await _memory.CountLeasesAsync(Token)).Count;
            if (commits.Chance(10)) await _open.ReopenAsync();
            Assert.Equal(
                await StorePicture.OfAsync(_memory, _memory), await StorePicture.OfAsync(_open.Store, _open.Store));
        }

        Assert.True(await _memory.LastEventAsync(Token) > 100);
        Assert.True(leases > 0);
    }

    private async Task<(List<string> Expected, List<string> Found)> RunGroup(RandomCommits commits, int size)
    {
        var expected = new List<string>();
        var waiting = new List<Task<string>>();
        for (var i = 0; i < size; i++)
        {
            var call = await SameOperations.NextAsync(commits);
            waiting.Add(SameOperations.AnswerAsync(call(_open.Store)));
            expected.Add(await SameOperations.AnswerAsync(call(_memory)));
            if (commits.Chance(6)) await EndConnections();
        }

        return (expected, [.. await Task.WhenAll(waiting)]);
    }

    private async Task EndConnections()
    {
        await using var connection = new NpgsqlConnection(_open.Connection);
        await connection.OpenAsync(Token);
        await using var end = new NpgsqlCommand(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """,
            connection);
        await end.ExecuteNonQueryAsync(Token);
    }
}
