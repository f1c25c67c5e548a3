using System.Text;
using Weir.Contracts.AgentProtocol;
using Weir.Controller.Storage.Files;
using Weir.Engine.Storage;

namespace Weir.Tests.Storage.Files;

/// <summary>
/// What a machine that lost its power may find: the journal as it was flushed, and of the logs' own files anything
/// between nothing and everything.
/// </summary>
public sealed class LogJournalTests : IDisposable
{
    private static readonly LogKey Key = new("default", "01run", "test", 1);
    private readonly TempFolder _before = new();
    private readonly TempFolder _after = new();
    private readonly List<FileLogStore> _stores = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _stores.ForEach(store => store.Dispose());
        _before.Dispose();
        _after.Dispose();
    }

    [Fact]
    public async Task What_was_acknowledged_is_there_though_no_file_of_the_log_is()
    {
        var store = Open(_before);
        await AppendAsync(store, Key, 0, "one ");
        await AppendAsync(store, Key, 4, "two");
        LosePower(keepLogs: false);

        var next = Open(_after);

        Assert.Equal("one two", await TextAsync(next, Key));
        Assert.Equal([0L, 4L], (await next.ReadIndexAsync(Key, 0, 9, Token)).Select(entry => entry.Offset));
        Assert.Equal("one two", File.ReadAllText(_after["logs/runs/default/01run/test/logs/stdout.log"]));
    }

    [Fact]
    public async Task Files_that_hold_other_bytes_are_put_right()
    {
        var store = Open(_before);
        await AppendAsync(store, Key, 0, "one two");
        LosePower(keepLogs: true);
        File.WriteAllText(_after["logs/runs/default/01run/test/attempts/1/stdout.log"], "\0\0\0");

        Assert.Equal("one two", await TextAsync(Open(_after), Key));
    }

    [Fact]
    public async Task A_torn_end_of_the_journal_is_passed_over()
    {
        var store = Open(_before);
        await AppendAsync(store, Key, 0, "one");
        await AppendAsync(store, Key, 3, "two");
        LosePower(keepLogs: false);
        var journal = Directory.GetFiles(_after["logs"], "journal-*").Single();
        using (var file = File.OpenHandle(journal, FileMode.Open, FileAccess.ReadWrite))
            RandomAccess.SetLength(file, RandomAccess.GetLength(file) - 1);

        var next = Open(_after);

        Assert.Equal("one", await TextAsync(next, Key));
        Assert.Equal(6, (await AppendAsync(next, Key, 3, "two")).Stdout);
    }

    [Fact]
    public async Task A_segment_that_cannot_be_followed_by_another_goes_on()
    {
        Directory.CreateDirectory(_before["logs/journal-2"]);
        var store = Open(_before, journalBytes: 1);
        await AppendAsync(store, Key, 0, "one ");
        await AppendAsync(store, Key, 4, "two ");
        await AppendAsync(store, Key, 8, "three");
        Directory.Delete(_before["logs/journal-2"]);
        store.Dispose();

        Assert.Equal("one two three", await TextAsync(Open(_before), Key));
    }

    [Fact]
    public async Task A_deleted_run_does_not_come_back()
    {
        var store = Open(_before);
        await AppendAsync(store, Key, 0, "one");
        await AppendAsync(store, Key with { Run = "02run" }, 0, "other");
        await store.DeleteRunAsync("default", "01run", Token);
        LosePower(keepLogs: false);

        var next = Open(_after);

        Assert.Equal(default, await next.GetLengthsAsync(Key, Token));
        Assert.False(Directory.Exists(_after["logs/runs/default/01run"]));
        Assert.Equal("other", await TextAsync(next, Key with { Run = "02run" }));
    }

    [Fact]
    public async Task Small_and_large_appends_of_one_log_follow_each_other()
    {
        var store = Open(_before);
        var large = new string('x', 100_000);
        await AppendAsync(store, Key, 0, "one");
        await AppendAsync(store, Key, 3, large);
        await AppendAsync(store, Key, 100_003, "two");
        LosePower(keepLogs: true);

        Assert.Equal("one" + large + "two", await TextAsync(Open(_after), Key));
    }

    [Fact]
    public async Task Full_segments_go_and_what_was_in_them_stays()
    {
        var store = Open(_before, journalBytes: 4_000);
        for (var i = 0; i < 200; i++) await AppendAsync(store, Key with { Step = $"s{i}" }, 0, $"log {i}");
        store.Dispose();
        Assert.Empty(Directory.GetFiles(_before["logs"], "journal-*"));

        var next = Open(_before);
        for (var i = 0; i < 200; i++) Assert.Equal($"log {i}", await TextAsync(next, Key with { Step = $"s{i}" }));
    }

    [Fact]
    public async Task An_append_waits_for_the_one_before_it()
    {
        var store = Open(_before);
        var second = store.AppendAsync(Key, [Piece(3, "two")], DateTimeOffset.UnixEpoch, Token).AsTask();
        var first = await AppendAsync(store, Key, 0, "one");

        Assert.Equal(6, (await second).Stdout);
        Assert.InRange(first.Stdout, 3, 6);
        Assert.Equal("onetwo", await TextAsync(store, Key));
    }

    private static LogPiece Piece(long offset, string text) =>
        new(LogStream.Stdout, offset, 0, Encoding.UTF8.GetBytes(text));

    private static async Task<LogLengths> AppendAsync(FileLogStore store, LogKey key, long offset, string text) =>
        await store.AppendAsync(key, [Piece(offset, text)], DateTimeOffset.UnixEpoch, Token);

    private static async Task<string> TextAsync(FileLogStore store, LogKey key)
    {
        var buffer = new byte[200_000];
        var total = 0;
        while (await store.ReadAsync(key, LogStream.Stdout, total, buffer.AsMemory(total), Token) is > 0 and var read)
            total += read;
        return Encoding.UTF8.GetString(buffer, 0, total);
    }

    private FileLogStore Open(TempFolder folder, long journalBytes = 16 << 20)
    {
        var store = FileLogStore.Open(folder.Path, TimeProvider.System, journalBytes);
        _stores.Add(store);
        return store;
    }

    /// <summary>The disk as it is now, with or without what was never flushed.</summary>
    private void LosePower(bool keepLogs)
    {
        foreach (var file in Directory.GetFiles(_before["logs"], "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(_before.Path, file);
            if (!keepLogs && !Path.GetFileName(file).StartsWith("journal-", StringComparison.Ordinal)) continue;
            Directory.CreateDirectory(Path.GetDirectoryName(_after[name])!);
            File.Copy(file, _after[name]);
        }
    }
}
