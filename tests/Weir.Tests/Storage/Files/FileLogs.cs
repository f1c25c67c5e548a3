using Weir.Contracts.AgentProtocol;
using Weir.Controller.Storage.Files;
using Weir.Engine.Storage;

namespace Weir.Tests.Storage.Files;

public sealed class FileLogs : LogSuite
{
    private const string Attempts = "logs/runs/default/01run/test/attempts";
    private const string Newest = "logs/runs/default/01run/test/logs";

    private readonly TempFolder _folder = new();
    private FileLogStore _store;

    public FileLogs() => _store = FileLogStore.Open(_folder.Path, TimeProvider.System);

    protected override ILogStore Logs => _store;

    public override void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_newest_attempts_log_has_a_second_name()
    {
        await Append(Key, Out(0, "one"), Err(0, "e1"));
        Assert.Equal("one", File.ReadAllText(_folder[$"{Newest}/stdout.log"]));
        await Append(Key with { Attempt = 2 }, Out(0, "two"));
        await Append(Key, Out(3, " late"));
        Assert.Equal("two", File.ReadAllText(_folder[$"{Newest}/stdout.log"]));
        Assert.Equal("", File.ReadAllText(_folder[$"{Newest}/stderr.log"]));
        Assert.Equal("one late", File.ReadAllText(_folder[$"{Attempts}/1/stdout.log"]));
        Assert.Equal("e1", File.ReadAllText(_folder[$"{Attempts}/1/stderr.log"]));
        Assert.Equal(["index", "stderr.log", "stdout.log"], Names(Newest));
    }

    [Fact]
    public async Task An_earlier_attempt_that_comes_late_does_not_take_the_second_name()
    {
        await Append(Key with { Attempt = 10 }, Out(0, "ten"));
        await Append(Key with { Attempt = 9 }, Out(0, "nine"));
        Assert.Equal("ten", File.ReadAllText(_folder[$"{Newest}/stdout.log"]));
    }

    [Fact]
    public async Task Goes_on_where_it_was_after_a_restart()
    {
        await Append(Key, Out(0, "abc"), Err(0, "x"));
        Reopen();
        Assert.Equal(new LogLengths(3, 1), await Logs.GetLengthsAsync(Key, Token));
        await Append(Key, Out(2, "cde", 1));
        Assert.Equal("abcde", await Text(Key, LogStream.Stdout, 0));
        Assert.Equal(
            [0L, 0L, 3L], (await Logs.ReadIndexAsync(Key, 0, 9, Token)).Select(entry => entry.Offset));
    }

    [Fact]
    public async Task Bytes_that_the_index_does_not_know_are_cut_off()
    {
        await Append(Key, Out(0, "abc"));
        _store.Dispose();
        File.AppendAllText(_folder[$"{Attempts}/1/stdout.log"], "torn");
        File.AppendAllText(_folder[$"{Attempts}/1/stderr.log"], "torn");
        Reopen();
        Assert.Equal(new LogLengths(3, 0), await Append(Key));
        Assert.Equal(4, (await Append(Key, Out(3, "d"))).Stdout);
        Assert.Equal("abcd", File.ReadAllText(_folder[$"{Attempts}/1/stdout.log"]));
    }

    [Theory]
    [InlineData(33)]
    [InlineData(63)]
    [InlineData(32)]
    public async Task A_torn_record_ends_the_log_before_it(int indexBytes)
    {
        await Append(Key, Out(0, "abc"));
        await Append(Key, Out(3, "def"));
        Cut("index", indexBytes);
        Assert.Equal(3, (await Logs.GetLengthsAsync(Key, Token)).Stdout);
        Assert.Equal(6, (await Append(Key, Out(3, "DEF"))).Stdout);
        Assert.Equal("abcDEF", await Text(Key, LogStream.Stdout, 0));
        Assert.Equal(2, (await Logs.ReadIndexAsync(Key, 0, 9, Token)).Count);
    }

    [Fact]
    public async Task A_record_of_bytes_that_are_not_there_ends_the_log_before_it()
    {
        await Append(Key, Out(0, "abc"));
        await Append(Key, Out(3, "def"), Err(0, "e"));
        Cut("stdout.log", 5);
        Assert.Equal(new LogLengths(3, 0), await Logs.GetLengthsAsync(Key, Token));
        Assert.Single(await Logs.ReadIndexAsync(Key, 0, 9, Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    public async Task A_spoilt_record_ends_the_log_before_it(int at)
    {
        await Append(Key, Out(0, "abc"));
        await Append(Key, Out(3, "def"));
        _store.Dispose();
        var index = _folder[$"{Attempts}/1/index"];
        var bytes = File.ReadAllBytes(index);
        bytes[at] ^= 0x40;
        File.WriteAllBytes(index, bytes);
        Reopen();
        Assert.Equal(at < 32 ? 0 : 3, (await Logs.GetLengthsAsync(Key, Token)).Stdout);
    }

    [Fact]
    public async Task Zeros_at_the_end_of_the_index_are_no_records()
    {
        await Append(Key, Out(0, "abc"));
        _store.Dispose();
        using (var index = File.Open(_folder[$"{Attempts}/1/index"], FileMode.Append)) index.Write(new byte[64]);
        Reopen();
        Assert.Equal(3, (await Logs.GetLengthsAsync(Key, Token)).Stdout);
        Assert.Single(await Logs.ReadIndexAsync(Key, 0, 9, Token));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData(".")]
    public async Task Names_that_could_lead_elsewhere_are_refused(string name)
    {
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await Append(Key with { Namespace = name }, Out(0, "a")));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Append(Key with { Run = name }, Out(0, "a")));
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await Logs.GetLengthsAsync(Key with { Step = name }, Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Logs.DeleteRunAsync("default", name, Token));
    }

    [Fact]
    public async Task Keeps_few_files_open_however_many_logs_there_are()
    {
        const int Count = 300;
        await Task.WhenAll(Enumerable.Range(0, Count).Select(
            i => Append(Key with { Step = $"s{i}" }, Out(0, $"log {i}")).AsTask()));
        var open = Directory.GetFiles("/proc/self/fd")
            .Count(link => new FileInfo(link).LinkTarget?.StartsWith(_folder.Path, StringComparison.Ordinal) == true);
        Assert.InRange(open, 1, (3 * 256) + 1);
        for (var i = 0; i < Count; i += 50)
            Assert.Equal($"log {i}", await Text(Key with { Step = $"s{i}" }, LogStream.Stdout, 0));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_told_and_mended_by_trying_again()
    {
        Directory.CreateDirectory(_folder["logs/runs/default"]);
        File.WriteAllText(_folder["logs/runs/default/01run"], "in the way");
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await Append(Key, Out(0, "abc")));
        File.Delete(_folder["logs/runs/default/01run"]);
        Assert.Equal(3, (await Append(Key, Out(0, "abc"))).Stdout);
    }

    private IEnumerable<string> Names(string folder) =>
        Directory.GetFiles(_folder[folder]).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    private void Cut(string name, int bytes)
    {
        _store.Dispose();
        using (var file = File.OpenHandle(_folder[$"{Attempts}/1/{name}"], FileMode.Open, FileAccess.ReadWrite))
            RandomAccess.SetLength(file, bytes);
        Reopen();
    }

    private void Reopen()
    {
        _store.Dispose();
        _store = FileLogStore.Open(_folder.Path, TimeProvider.System);
    }
}
