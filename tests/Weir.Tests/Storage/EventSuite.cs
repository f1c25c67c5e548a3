using Weir.Engine.Storage;

namespace Weir.Tests.Storage;

public abstract class EventSuite : StoreSuite
{
    [Fact]
    public async Task Events_are_numbered_in_the_order_of_their_commits()
    {
        Assert.Equal(0, await Records.LastEventAsync(Token));
        Assert.Equal(2, (await Commit(Samples.Tells(Samples.Event("r1"), Samples.Event("r2"))).Done()).LastEvent);
        Assert.Equal(3, (await Commit(Samples.Tells(Samples.Event("r1", "run.finished"))).Done()).LastEvent);
        Assert.Equal(0, (await Commit(new Commit()).Done()).LastEvent);
        Assert.Equal(3, await Records.LastEventAsync(Token));
        Assert.Equal(
            [
                Samples.Event("r1") with { Sequence = 1 },
                Samples.Event("r2") with { Sequence = 2 },
                Samples.Event("r1", "run.finished") with { Sequence = 3 },
            ],
            await Records.ReadEventsAsync(0, null, 9, Token));
    }

    [Fact]
    public async Task Reads_on_after_a_sequence_and_for_one_subject()
    {
        for (var i = 0; i < 6; i++) await Commit(Samples.Tells(Samples.Event(i % 2 == 0 ? "even" : "odd"))).Done();
        Assert.Equal([3L, 4L], await Sequences(2, null, 2));
        Assert.Equal([4L, 6L], await Sequences(2, "odd", 9));
        Assert.Equal([1L], await Sequences(0, "even", 1));
        Assert.Empty(await Sequences(6, null, 9));
        Assert.Empty(await Sequences(99, null, 9));
        Assert.Empty(await Sequences(0, "nobody", 9));
    }

    [Fact]
    public async Task Commits_under_way_at_once_leave_no_gap_and_no_double()
    {
        var commits = Enumerable.Range(0, 200)
            .Select(i => Task.Run(
                () => Commit(Samples.Tells(Samples.Event($"r{i}"), Samples.Event($"r{i}"))).AsTask(), Token))
            .ToList();
        var outcomes = await Task.WhenAll(commits);
        Assert.Equal(
            Enumerable.Range(1, 200).Select(i => 2L * i),
            outcomes.Cast<CommitOutcome.Committed>().Select(outcome => outcome.LastEvent).Order());
        var events = await Records.ReadEventsAsync(0, null, 1000, Token);
        Assert.Equal(Enumerable.Range(1, 400).Select(i => (long)i), events.Select(row => row.Sequence));
        Assert.All(events.Chunk(2), pair => Assert.Equal(pair[0].Subject, pair[1].Subject));
    }

    [Fact]
    public async Task The_first_condition_that_does_not_hold_is_the_one_named()
    {
        var row = new IdempotencyRow("default", "k", "h", "r1", Samples.Noon);
        var all = new Commit
        {
            Documents = [new DocumentWrite("d", 0, "{}")],
            Idempotency = row,
            Run = new RunWrite(Samples.Run("r1"), 0),
            Dequeue = [new StepKey("gone", "x")],
            Unlease = [new LeaseKey("gone", "x", 1)],
            Lease = [Samples.Lease("r9")],
        };
        await Commit(Samples.Inserts(Samples.Run("r1")) with
        {
            Documents = [new DocumentWrite("d", 0, "{}")], Idempotency = row, Lease = [Samples.Lease("r8")],
        }).Done();
        Assert.Equal(ConflictKind.DocumentVersion, await Commit(all).Refused());
        Assert.Equal(ConflictKind.Idempotency, await Commit(all = all with { Documents = [] }).Refused());
        Assert.Equal(ConflictKind.RunVersion, await Commit(all = all with { Idempotency = null }).Refused());
        Assert.Equal(ConflictKind.QueueEntry, await Commit(all = all with { Run = null }).Refused());
        Assert.Equal(ConflictKind.Lease, await Commit(all = all with { Dequeue = [] }).Refused());
        Assert.Equal(ConflictKind.ClaimNonce, await Commit(all with { Unlease = [] }).Refused());
    }

    private async Task<IEnumerable<long>> Sequences(long after, string? subject, int limit) =>
        (await Records.ReadEventsAsync(after, subject, limit, Token)).Select(row => row.Sequence);
}
