using Weir.Engine.Storage;

namespace Weir.Tests.Storage;

public abstract class QueueSuite : StoreSuite
{
    [Fact]
    public async Task Larger_priority_goes_first_then_the_older_entry()
    {
        await Commit(new Commit
        {
            Enqueue =
            [
                Samples.Queued("r1") with { Enqueued = Samples.At(2) },
                Samples.Queued("r2") with { Enqueued = Samples.At(1) },
                Samples.Queued("r3") with { Enqueued = Samples.At(3), Priority = 5 },
                Samples.Queued("r4") with { Enqueued = Samples.At(0), Priority = -1 },
                Samples.Queued("r2", "b") with { Enqueued = Samples.At(1) },
            ],
        }).Done();
        Assert.Equal(["r3/test", "r2/b", "r2/test", "r1/test", "r4/test"], await Turns(9));
        Assert.Equal(["r3/test", "r2/b"], await Turns(2));
        Assert.Equal(
            Samples.Queued("r3") with { Enqueued = Samples.At(3), Priority = 5 },
            (await Records.ListQueueAsync("default", "linux", 1, Token))[0]);
    }

    [Fact]
    public async Task Each_namespace_and_shape_has_its_own_head()
    {
        Assert.Empty(await Records.ListQueueHeadsAsync(Token));
        await Commit(new Commit
        {
            Enqueue =
            [
                Samples.Queued("r1", shape: "gpu") with { Enqueued = Samples.At(2) },
                Samples.Queued("r2", shape: "gpu") with { Enqueued = Samples.At(1) },
                Samples.Queued("r3", "x", "alpha"),
                Samples.Queued("r4", "x", "alpha") with { Priority = 2, Enqueued = Samples.At(9) },
                Samples.Queued("r5"),
            ],
        }).Done();
        Assert.Equal(
            [
                new QueueHead("alpha", "linux", 2, Samples.At(9)),
                new QueueHead("default", "gpu", 0, Samples.At(1)),
                new QueueHead("default", "linux", 0, Samples.Noon),
            ],
            await Records.ListQueueHeadsAsync(Token));
        await Commit(new Commit { Dequeue = [new StepKey("r5", "test"), new StepKey("r4", "x")] }).Done();
        Assert.Equal(
            [new QueueHead("alpha", "linux", 0, Samples.Noon), new QueueHead("default", "gpu", 0, Samples.At(1))],
            await Records.ListQueueHeadsAsync(Token));
    }

    [Fact]
    public async Task An_entry_is_taken_once()
    {
        await Commit(new Commit { Enqueue = [Samples.Queued("r1")] }).Done();
        var take = new Commit { Dequeue = [new StepKey("r1", "test")], Events = [Samples.Event("r1")] };
        await Commit(take).Done();
        Assert.Equal(ConflictKind.QueueEntry, await Commit(take).Refused());
        Assert.Equal(1, await Records.LastEventAsync(Token));
    }

    [Fact]
    public async Task A_step_waits_once_but_may_change_its_place_in_one_commit()
    {
        await Commit(new Commit { Enqueue = [Samples.Queued("r1")] }).Done();
        Assert.Equal(ConflictKind.QueueEntry, await Commit(new Commit { Enqueue = [Samples.Queued("r1")] }).Refused());
        var twice = new Commit { Enqueue = [Samples.Queued("r2"), Samples.Queued("r2")] };
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Commit(twice));
        await Commit(new Commit
        {
            Dequeue = [new StepKey("r1", "test")],
            Enqueue = [Samples.Queued("r1", shape: "gpu")],
        }).Done();
        Assert.Equal([new QueueHead("default", "gpu", 0, Samples.Noon)], await Records.ListQueueHeadsAsync(Token));
    }

    private async Task<IEnumerable<string>> Turns(int limit) =>
        (await Records.ListQueueAsync("default", "linux", limit, Token)).Select(row => $"{row.Run}/{row.Step}");
}
