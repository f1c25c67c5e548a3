using System.Text;
using Weir.Agent.Logs;
using Weir.Contracts.AgentProtocol;

namespace Weir.Tests.Agent;

public abstract class LogSpoolTests : IDisposable
{
    private readonly byte[] _window = new byte[LogFrames.MaxBytes];

    protected string Folder { get; } = Directory.CreateTempSubdirectory("weir-spool-").FullName;

    protected abstract SpoolJournal Journal();

    [Fact]
    public void A_short_log_stays_in_memory_whole_and_in_order()
    {
        var spool = new LogSpool(Journal());
        Append(spool, LogStream.Stdout, -1, "a");
        Append(spool, LogStream.Stderr, 0, "b");
        Append(spool, LogStream.Stdout, 0, "c");

        Assert.Equal(["Stdout 0 -1 a", "Stderr 0 0 b", "Stdout 1 0 c"], spool.Head().Select(Show));
        Assert.Equal((2, 1), (spool.Stdout, spool.Stderr));
        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Fact]
    public void What_was_released_is_not_read_again()
    {
        var spool = new LogSpool(Journal());
        Append(spool, LogStream.Stdout, 0, "abc");
        Append(spool, LogStream.Stderr, 0, "def");
        spool.Spill();
        Read(spool);
        spool.Release(2, 0);
        Assert.Equal(["Stdout 2 0 c", "Stderr 0 0 def"], Read(spool));
        spool.Release(3, 3);

        Assert.Empty(Read(spool));
        Assert.Equal(0, spool.Unsent);
    }

    [Fact]
    public void A_stream_that_is_ahead_is_passed_over()
    {
        var spool = new LogSpool(Journal());
        Append(spool, LogStream.Stderr, 0, "held");
        Append(spool, LogStream.Stdout, 0, "done");
        spool.Spill();
        Read(spool);
        spool.Release(4, 0);

        Assert.Equal(["Stderr 0 0 held"], Read(spool));
        Assert.NotEqual(0, spool.Unsent);
    }

    [Fact]
    public void The_head_is_released_as_the_journal_is()
    {
        var spool = new LogSpool(Journal());
        Append(spool, LogStream.Stdout, 0, "abc");
        Append(spool, LogStream.Stdout, 0, "def");
        spool.Release(4, 0);

        Assert.Equal(["Stdout 4 0 ef"], Read(spool));
    }

    [Fact]
    public void A_large_log_comes_out_as_it_went_in()
    {
        var spool = new LogSpool(Journal());
        var random = new Random(1);
        var expected = new Dictionary<LogStream,
            MemoryStream> { [LogStream.Stdout] = new(), [LogStream.Stderr] = new() };
        var actual = new Dictionary<LogStream, MemoryStream> { [LogStream.Stdout] = new(), [LogStream.Stderr] = new() };
        for (var i = 0; i < 400; i++)
        {
            var stream = random.Next(3) == 0 ? LogStream.Stderr : LogStream.Stdout;
            var bytes = new byte[random.Next(1, 200_000)];
            random.NextBytes(bytes);
            spool.Append(stream, i, bytes);
            expected[stream].Write(bytes);
            if (random.Next(2) == 0) Take(spool, actual, random);
        }

        while (spool.Unsent > 0) Take(spool, actual, random);
        Assert.Equal(expected[LogStream.Stdout].ToArray(), actual[LogStream.Stdout].ToArray());
        Assert.Equal(expected[LogStream.Stderr].ToArray(), actual[LogStream.Stderr].ToArray());
        Assert.True(Directory.GetFiles(Folder).Sum(file => new FileInfo(file).Length) < 10 << 20,
            "sent segments give their room back");
    }

    [Fact]
    public void A_refused_log_takes_no_room_but_is_counted()
    {
        var spool = new LogSpool(Journal());
        Append(spool, LogStream.Stdout, 0, "abc");
        spool.Spill();
        spool.Refuse();
        Append(spool, LogStream.Stdout, 0, "def");

        Assert.Equal((0, 6), (spool.Unsent, spool.Stdout));
    }

    [Fact]
    public void Cleared_it_begins_again()
    {
        var spool = new LogSpool(Journal());
        Append(spool, LogStream.Stdout, 0, "abc");
        spool.Spill();
        Read(spool);
        spool.Release(3, 0);
        spool.Clear();
        Append(spool, LogStream.Stdout, 0, "xyz");

        Assert.Equal(["Stdout 0 0 xyz"], Read(spool));
    }

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected static void Append(LogSpool spool, LogStream stream, int command, string text) =>
        spool.Append(stream, command, Encoding.UTF8.GetBytes(text));

    protected IEnumerable<string> Read(LogSpool spool) => spool.Read(_window).Select(Show).ToList();

    private static string Show(LogPiece piece) =>
        $"{piece.Stream} {piece.Offset} {piece.Command} {Encoding.UTF8.GetString(piece.Bytes.Span)}";

    // As a controller would: takes what follows on, but not always all of it.
    private void Take(LogSpool spool, Dictionary<LogStream, MemoryStream> actual, Random random)
    {
        foreach (var piece in spool.Read(_window))
        {
            if (piece.Offset != actual[piece.Stream].Length) continue;
            var part = random.Next(8) == 0 ? random.Next(piece.Bytes.Length) : piece.Bytes.Length;
            actual[piece.Stream].Write(piece.Bytes.Span[..part]);
        }

        spool.Release(actual[LogStream.Stdout].Length, actual[LogStream.Stderr].Length);
    }
}

public sealed class MemoryLogSpoolTests : LogSpoolTests
{
    protected override SpoolJournal Journal() => new MemoryJournal();
}

public sealed class DiskLogSpoolTests : LogSpoolTests
{
    protected override SpoolJournal Journal() => new DiskJournal(Folder, segmentBytes: 1 << 20);

    [Fact]
    public void Nobody_else_may_read_what_a_step_prints()
    {
        var spool = new LogSpool(Journal());
        Append(spool, LogStream.Stdout, 0, "abc");
        spool.Spill();
        var mode = File.GetUnixFileMode(Assert.Single(Directory.GetFiles(Folder)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
    }

    [Fact]
    public void The_next_life_reads_what_was_not_sent_and_drops_a_torn_end()
    {
        var spool = new LogSpool(Journal());
        Append(spool, LogStream.Stdout, 0, "abc");
        Append(spool, LogStream.Stdout, 1, "def");
        spool.Spill();
        var file = Assert.Single(Directory.GetFiles(Folder));
        File.AppendAllText(file, "torn");

        var next = new LogSpool(new DiskJournal(Folder));
        Assert.Equal(["Stdout 0 0 abc", "Stdout 3 1 def"], Read(next));
        next.Release(6, 0);
        Assert.Empty(Read(next));
        Assert.Equal(0, next.Unsent);
    }
}
