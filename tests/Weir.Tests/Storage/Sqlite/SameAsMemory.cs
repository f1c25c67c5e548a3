using System.Text;
using Weir.Contracts.Statuses;
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
        for (var round = 0; round < 40; round++)
        {
            var (expected, found) = await RunGroup(commits, 1 + random.Next(25));
            Assert.Equal(expected, found);
            if (commits.Chance(10)) _open.Reopen();
            Assert.Equal(await Picture(_memory, _memory), await Picture(_open.Store, _open.Store));
        }

        Assert.True(await _memory.LastEventAsync(Token) > 100);
        Assert.NotEmpty(await _memory.CountLeasesAsync(Token));
    }

    private async Task<(List<string> Expected, List<string> Found)> RunGroup(RandomCommits commits, int size)
    {
        using var hold = new ManualResetEventSlim();
        var holding = _open.Store.Writer.WriteAsync(_ => hold.Wait(TimeSpan.FromSeconds(20)), Token);
        var expected = new List<string>();
        var waiting = new List<Task<string>>();
        for (var i = 0; i < size; i++)
        {
            if (commits.Chance(6)) waiting.Add(Answer(Abort(await commits.NextAsync())));
            if (waiting.Count > expected.Count) expected.Add(nameof(TimeoutException));
            var call = await NextCall(commits);
            waiting.Add(Answer(call(_open.Store)));
            expected.Add(await Answer(call(_memory)));
        }

        hold.Set();
        await holding;
        return (expected, [.. await Task.WhenAll(waiting)]);
    }

    private static async Task<Func<IRecordStore, Task<object>>> NextCall(RandomCommits commits)
    {
        if (commits.Chance(10))
        {
            var (agent, fence, other, until) = (commits.Agent(), commits.Fence(), commits.Fence(), commits.Instant());
            return async store => string.Join(' ', await store.RenewLeasesAsync(agent, [fence, other], until, Token));
        }

        if (commits.Chance(3))
        {
            var until = commits.Instant();
            return async store =>
            {
                await store.ExtendAllLeasesAsync(until, Token);
                return "extended";
            };
        }

        var commit = await commits.NextAsync();
        return async store => await store.CommitAsync(commit, Token);
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

    private static async Task<string> Answer(Task<object> call)
    {
        try
        {
            return (await call).ToString()!;
        }
        catch (Exception failure) when (failure is InvalidOperationException or TimeoutException)
        {
            return failure.GetType().Name;
        }
    }

    private static async Task<string> Picture(IRecordStore records, IDocumentStore documents)
    {
        var text = new StringBuilder();
        text.AppendJoin('\n', await documents.ListAsync("flows/", "flows/b", 3, Token)).AppendLine();
        foreach (var id in RandomCommits.RunIds)
        {
            if (await records.LoadRunAsync(id, Token) is not { } rows) continue;
            text.Append(rows.Run).AppendJoin(' ', rows.Steps).AppendLine();
            text.Append(await records.FindRunByNumberAsync("alpha", "build", rows.Run.Number, Token)).AppendLine();
            text.AppendJoin(' ', await records.FindRunsBySuffixAsync("alpha", id[^1..], Token)).AppendLine();
        }

        await AppendLists(text, records);
        await AppendWork(text, records);
        return text.ToString();
    }

    private static async Task AppendLists(StringBuilder text, IRecordStore records)
    {
        RunQuery[] queries =
        [
            new() { Limit = 5, Before = "01run09" },
            new() { Namespace = "alpha", Statuses = [RunStatus.Success] },
            new() { Namespace = "beta", Flow = "build", CreatedSince = Samples.At(50) },
            new() { Flow = "deploy", Statuses = [RunStatus.Pending, RunStatus.Running], Limit = 3 },
        ];
        foreach (var query in queries)
            text.AppendJoin(' ', (await records.ListRunsAsync(query, Token)).Select(run => run.Id)).AppendLine();
        text.AppendJoin(
            ' ', (await records.ListDueRunsAsync(Samples.At(100), 6, Token)).Select(run => run.Id)).AppendLine();
        text.Append(await records.NextDueAsync(Token)).Append(' ').Append(
            await records.LastEventAsync(Token)).AppendLine();
        for (var i = 0; i < 4; i++) text.Append(await records.GetPlanAsync($"sha256:{i}", Token));
        for (var i = 0; i < 6; i++) text.Append(await records.GetIdempotencyAsync("alpha", $"k{i}", Token));
        NodeQuery[] nodes =
        [
            new() { Namespace = "alpha", Name = "build", NewestFirst = true, Limit = 5 },
            new() { Kind = "gpu", Namespace = "beta", Before = Samples.Node(20, "").Id },
            new() { Under = Samples.Node(3, "").Lineage },
            new() { Parent = Samples.Node(5, "").Id, Depth = 2 },
            new() { Path = """["top","deploy"]""", RootsOnly = false, After = Samples.Node(9, "").Id },
            new() { RootsOnly = true, Owner = "ann" },
        ];
        foreach (var query in nodes)
        {
            text.AppendJoin(' ', await records.ListNodesAsync(query, Token)).AppendLine();
            text.Append(await records.CountNodesAsync(query, Token)).AppendLine();
        }

        text.AppendJoin('\n', await records.ReadEventsAsync(20, null, 50, Token)).AppendLine();
        text.AppendJoin('\n', await records.ReadEventsAsync(5, "01run03", 50, Token)).AppendLine();
    }

    private static async Task AppendWork(StringBuilder text, IRecordStore records)
    {
        text.AppendJoin('\n', await records.ListQueueHeadsAsync(Token)).AppendLine();
        text.AppendJoin('\n', await records.ListQueueAsync("alpha", "gpu", 4, Token)).AppendLine();
        text.AppendJoin('\n', await records.ListLeasesAsync("ann", Token)).AppendLine();
        text.AppendJoin('\n', await records.ListExpiredLeasesAsync(Samples.At(90), 4, Token)).AppendLine();
        text.AppendJoin(
            ' ',
            (await records.CountLeasesAsync(Token)).OrderBy(pair => pair.Key, StringComparer.Ordinal)).AppendLine();
        text.Append(await records.GetLeaseAsync("01run04", "s1", Token)).AppendLine();
    }
}
