using System.Text;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.Storage;

namespace Weir.Tests.Storage;

/// <summary>What every backend of logs must do.</summary>
public abstract class LogSuite : IDisposable
{
    protected static readonly LogKey Key = new("default", "01run", "test", 1);

    protected abstract ILogStore Logs { get; }

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public abstract void Dispose();

    [Fact]
    public async Task Appends_each_stream_and_reads_any_part_of_it()
    {
        var lengths = await Append(Key, Out(0, "hello "), Err(0, "oops"), Out(6, "world"));
        Assert.Equal(new LogLengths(11, 4), lengths);
        Assert.Equal(lengths, await Logs.GetLengthsAsync(Key, Token));
        Assert.Equal("hello world", await Text(Key, LogStream.Stdout, 0));
        Assert.Equal("world", await Text(Key, LogStream.Stdout, 6));
        Assert.Equal("oops", await Text(Key, LogStream.Stderr, 0));
        Assert.Equal("", await Text(Key, LogStream.Stdout, 11));
        Assert.Equal("", await Text(Key, LogStream.Stdout, 99));
        Assert.Equal(3, await Logs.ReadAsync(Key, LogStream.Stdout, 0, new byte[3], Token));
    }

    [Fact]
    public async Task Passes_over_what_is_there_and_refuses_what_lies_beyond_the_end()
    {
        await Append(Key, Out(0, "abcdef"));
        Assert.Equal(6, (await Append(Key, Out(0, "abcdef"))).Stdout);
        Assert.Equal(8, (await Append(Key, Out(4, "efgh"))).Stdout);
        Assert.Equal(8, (await Append(Key, Out(9, "x"), Out(-1, "y"), Err(1, "z"))).Stdout);
        Assert.Equal(9, (await Append(Key, Out(99, "no"), Out(8, "i"))).Stdout);
        Assert.Equal("abcdefghi", await Text(Key, LogStream.Stdout, 0));
        Assert.Equal(0, (await Logs.GetLengthsAsync(Key, Token)).Stderr);
    }

    [Fact]
    public async Task The_index_tells_the_order_between_streams_and_what_is_of_which_command()
    {
        await Logs.AppendAsync(
            Key, [Out(0, "a"), Err(0, "bb", 0), Out(1, "", 1)], Samples.At(1).AddTicks(7), Token);
        await Logs.AppendAsync(Key, [Out(0, "accc", 1)], Samples.At(2), Token);
        LogIndexEntry[] expected =
        [
            new(Samples.At(1), LogStream.Stdout, 0, 1, 0),
            new(Samples.At(1), LogStream.Stderr, 0, 2, 0),
            new(Samples.At(2), LogStream.Stdout, 1, 3, 1),
        ];
        Assert.Equal(expected, await Logs.ReadIndexAsync(Key, 0, 9, Token));
        Assert.Equal([expected[1]], await Logs.ReadIndexAsync(Key, 1, 1, Token));
        Assert.Empty(await Logs.ReadIndexAsync(Key, 3, 9, Token));
    }

    [Fact]
    public async Task An_attempt_without_a_log_is_empty()
    {
        Assert.Equal(default, await Logs.GetLengthsAsync(Key, Token));
        Assert.Equal("", await Text(Key, LogStream.Stdout, 0));
        Assert.Empty(await Logs.ReadIndexAsync(Key, 0, 9, Token));
        Assert.Equal(default, await Append(Key));
    }

    [Fact]
    public async Task Attempts_and_steps_are_apart()
    {
        await Append(Key, Out(0, "one"));
        await Append(Key with { Attempt = 2 }, Out(0, "two!"));
        await Append(Key with { Step = "other" }, Out(0, "three"));
        Assert.Equal("one", await Text(Key, LogStream.Stdout, 0));
        Assert.Equal("two!", await Text(Key with { Attempt = 2 }, LogStream.Stdout, 0));
        Assert.Equal("three", await Text(Key with { Step = "other" }, LogStream.Stdout, 0));
    }

    [Fact]
    public async Task A_follower_wakes_when_there_is_more()
    {
        await Append(Key, Out(0, "abc"));
        await Logs.WaitForMoreAsync(Key, new LogLengths(2, 0), Token);
        var waiting = Logs.WaitForMoreAsync(Key, new LogLengths(3, 0), Token);
        await Append(Key, Out(0, "abc"));
        Assert.False(waiting.IsCompleted);
        await Append(Key, Err(0, "d"));
        await waiting;
    }

    [Fact]
    public async Task A_follower_may_come_before_the_log()
    {
        var waiting = Logs.WaitForMoreAsync(Key, default, Token);
        Assert.False(waiting.IsCompleted);
        await Append(Key, Out(0, "a"));
        await waiting;
    }

    [Fact]
    public async Task Closing_wakes_followers_and_those_who_come_later()
    {
        await Append(Key, Out(0, "abc"));
        var waiting = Logs.WaitForMoreAsync(Key, new LogLengths(3, 0), Token);
        Assert.False(waiting.IsCompleted);
        Logs.Close(Key);
        await waiting;
        await Logs.WaitForMoreAsync(Key, new LogLengths(3, 0), Token);
        Assert.Equal("abc", await Text(Key, LogStream.Stdout, 0));
    }

    [Fact]
    public async Task A_follower_may_leave()
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var waiting = Logs.WaitForMoreAsync(Key, default, leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Deleting_a_run_removes_its_logs_and_no_others()
    {
        await Append(Key, Out(0, "abc"));
        await Append(Key with { Run = "01other" }, Out(0, "abc"));
        var waiting = Logs.WaitForMoreAsync(Key, new LogLengths(3, 0), Token);
        await Logs.DeleteRunAsync("default", "01run", Token);
        await Logs.DeleteRunAsync("default", "01never", Token);
        await waiting;
        Assert.Equal(default, await Logs.GetLengthsAsync(Key, Token));
        Assert.Equal("abc", await Text(Key with { Run = "01other" }, LogStream.Stdout, 0));
    }

    [Fact]
    public async Task Appends_under_way_at_once_end_in_one_whole_log()
    {
        var bytes = new byte[64 * 1024];
        new Random(5).NextBytes(bytes);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(() => SendAll(bytes, seed), Token)));
        var buffer = new byte[bytes.Length];
        Assert.Equal(bytes.Length, await Logs.ReadAsync(Key, LogStream.Stdout, 0, buffer, Token));
        Assert.Equal(bytes, buffer);
        var entries = await Logs.ReadIndexAsync(Key, 0, int.MaxValue / 64, Token);
        Assert.Equal(bytes.Length, entries.Sum(entry => entry.Length));
    }

    protected ValueTask<LogLengths> Append(LogKey key, params LogPiece[] pieces) =>
        Logs.AppendAsync(key, pieces, Samples.Noon, Token);

    protected static LogPiece Out(long offset, string text, int command = 0) =>
        new(LogStream.Stdout, offset, command, Encoding.UTF8.GetBytes(text));

    protected static LogPiece Err(long offset, string text, int command = 0) =>
        new(LogStream.Stderr, offset, command, Encoding.UTF8.GetBytes(text));

    protected async Task<string> Text(LogKey key, LogStream stream, long offset)
    {
        var buffer = new byte[1024];
        var count = await Logs.ReadAsync(key, stream, offset, buffer, Token);
        return Encoding.UTF8.GetString(buffer, 0, count);
    }

    private async Task SendAll(byte[] bytes, int seed)
    {
        var random = new Random(seed);
        var length = 0L;
        while (length < bytes.Length)
        {
            var size = (int)Math.Min(random.Next(1, 3000), bytes.Length - length);
            var piece = new LogPiece(LogStream.Stdout, length, 0, bytes.AsMemory((int)length, size));
            length = (await Append(Key, piece)).Stdout;
        }
    }
}
