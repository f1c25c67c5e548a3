using Weir.Engine.Scheduling;
using Weir.Engine.Storage;

namespace Weir.Tests.Scheduling;

public sealed class FairShareTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_namespace_with_the_fewest_leases_goes_first()
    {
        var picks = FairShare.Pick(
            [Entry("busy", "a", 0), Entry("busy", "b", 1), Entry("quiet", "c", 2)],
            new Dictionary<string, int> { ["busy"] = 5 },
            2);
        Assert.Equal(["c", "a"], picks.Select(p => p.Run));
    }

    [Fact]
    public void Namespaces_take_turns_within_one_claim()
    {
        var entries = Enumerable.Range(0, 4).SelectMany(
            i => new[] { Entry("a", $"a{i}", i), Entry("b", $"b{i}", 10 + i) });
        var picks = FairShare.Pick(entries, new Dictionary<string, int>(), 4);
        Assert.Equal(["a0", "b0", "a1", "b1"], picks.Select(p => p.Run));
    }

    [Fact]
    public void Within_a_namespace_priority_goes_before_age()
    {
        var picks = FairShare.Pick(
            [Entry("n", "old", 0), Entry("n", "urgent", 5) with { Priority = 1 }], new Dictionary<string, int>(), 1);
        Assert.Equal("urgent", Assert.Single(picks).Run);
    }

    [Fact]
    public void Never_more_than_there_are_slots() =>
        Assert.Single(FairShare.Pick([Entry("n", "a", 0), Entry("n", "b", 1)], new Dictionary<string, int>(), 1));

    private static QueueRow Entry(string @namespace, string run, int second) =>
        new(run, "s", @namespace, "commands") { Enqueued = Start.AddSeconds(second) };
}
