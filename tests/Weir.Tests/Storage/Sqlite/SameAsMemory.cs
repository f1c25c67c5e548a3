using Weir.Engine.Storage;
using Weir.Engine.Storage.Memory;

namespace Weir.Tests.Storage.Sqlite;

/// <summary>
/// The same operations, by seed, give the same answers on both backends: in groups of many, with transactions that fail
/// in their midst and restarts between them.
/// </summary>
public sealed class SameAsMemory : IDisposable
{
    private readonly OpenSqlite _open = new();
    private readonly MemoryStore _memory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _open.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Any_operations_give_the_same_answers(int seed)
    {
        var random = new Random(seed);
        var commits = new RandomCommits(random, _memory, _memory);
        var leases = 0;
        for (var round = 0; round < 40; round++)
        {
            var (expected, found) = await RunGroup(commits, 1 + random.Next(25));
            Assert.Equal(expected, found);
            leases += (await _memory.CountLeasesAsync(Token)).Count;
            if (commits.Chance(10)) _open.Reopen();
            Assert.Equal(
                await StorePicture.OfAsync(_memory, _memory), await StorePicture.OfAsync(_open.Store, _open.Store));
        }

        Assert.True(await _memory.LastEventAsync(Token) > 100);
        Assert.True(leases > 0);
    }

    private async Task<(List<string> Expected, List<string> Found)> RunGroup(RandomCommits commits, int size)
    {
        using var hold = new ManualResetEventSlim();
        var holding = _open.Store.Writer.WriteAsync(_ => hold.Wait(TimeSpan.FromSeconds(20)), Token);
        var expected = new List<string>();
        var waiting = new List<Task<string>>();
        for (var i = 0; i < size; i++)
        {
            if (commits.Chance(6)) waiting.Add(SameOperations.AnswerAsync(Abort(await commits.NextAsync())));
            if (waiting.Count > expected.Count) expected.Add(nameof(TimeoutException));
            var call = await SameOperations.NextAsync(commits);
            waiting.Add(SameOperations.AnswerAsync(call(_open.Store)));
            expected.Add(await SameOperations.AnswerAsync(call(_memory)));
        }

        hold.Set();
        await holding;
        return (expected, [.. await Task.WhenAll(waiting)]);
    }

    /// <summary>Writes, and then the transaction fails.</summary>
    private async Task<object> Abort(Commit commit) => await _open.Store.Writer.WriteAsync<object>(
        statements =>
        {
            try
            {
                statements.Apply(commit);
                throw new TimeoutException();
            }
            catch (InvalidOperationException refused)
            {
                throw new TimeoutException("refused before it could fail", refused);
            }
        },
        Token);
}
