using Weir.Agent.Folders;
using static Weir.Tests.Agent.AgentBench;

namespace Weir.Tests.Agent;

public sealed class DiskWatchTests
{
    private static readonly DiskRoom Plenty = new(10L << 30, 100L << 30);

    [Fact]
    public void Nothing_is_claimed_while_the_disk_is_nearly_full_and_that_is_told() => Run(async (bench, disk) =>
    {
        disk.Set(new DiskRoom(255L << 20, 100L << 30));
        var fence = bench.Controller.Enqueue("one", Work());
        bench.Start();
        await bench.SleepAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(0, bench.Controller.Count("claim"));
        Assert.Equal(
            "its disk has 255 MiB left, and it begins nothing below 256 MiB", bench.Controller.Renewals[^1].Paused);

        disk.Set(Plenty);
        await bench.OutcomeAsync(fence);
        Assert.Null(bench.Controller.Renewals[^1].Paused);
    });

    [Fact]
    public void A_chain_ends_at_the_full_disk_too() => Run(async (bench, disk) =>
    {
        var first = bench.Controller.Enqueue("one", Work(("FAKE_SLEEP", "1s")));
        var second = bench.Controller.Enqueue("two", Work());
        bench.Start();
        await bench.UntilAsync(() => bench.Machine.Running.Count > 0);
        disk.Set(new DiskRoom(0, 100L << 30));
        await bench.OutcomeAsync(first);
        await bench.SleepAsync(TimeSpan.FromMinutes(1));
        Assert.DoesNotContain(second, bench.Controller.Outcomes.Keys);
        disk.Set(Plenty);
        await bench.OutcomeAsync(second);
    });

    [Fact]
    public void A_small_disk_need_not_be_empty() => Run(async (bench, disk) =>
    {
        disk.Set(new DiskRoom(2L << 20, 12L << 20));
        await bench.RunOneAsync(Work());
    });

    private static void Run(Func<AgentBench, RoomyDirectory, Task> test)
    {
        using var bench = new AgentBench();
        var disk = new RoomyDirectory(bench.Memory);
        disk.Set(Plenty);
        bench.Directories = () => disk;
        bench.Run(() => test(bench, disk));
    }

    /// <summary>A directory in memory on a disk whose room the test sets.</summary>
    private sealed class RoomyDirectory(MemoryAgentDirectory inner) : AgentDirectory
    {
        private DiskRoom? _room;

        public override DiskRoom? Room => _room;

        public void Set(DiskRoom room) => _room = room;

        public override DateTimeOffset? LastRenewal
        {
            get => inner.LastRenewal;
            set => inner.LastRenewal = value;
        }

        public override long BeginGeneration() => inner.BeginGeneration();

        public override IReadOnlyList<AttemptFolder> Attempts() => inner.Attempts();

        public override AttemptFolder Begin(AttemptRecord record) => inner.Begin(record);

        public override void Tidy() => inner.Tidy();
    }
}
