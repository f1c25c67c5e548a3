using Weir.Controller.Storage.Files;
using Weir.Engine.Storage;

namespace Weir.Tests.Storage.Files;

public sealed class SharedLogs : LogSuite
{
    private readonly TempFolder _folder = new();
    private readonly SharedLogStore _store;

    public SharedLogs() => _store = SharedLogStore.Open(_folder.Path, TimeProvider.System);

    protected override ILogStore Logs => _store;

    public override void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_two_controllers_append_is_one_log()
    {
        var other = SharedLogStore.Open(_folder.Path, TimeProvider.System);
        await Append(Key, Out(0, "one "));
        Assert.Equal(new LogLengths(8, 0), await other.AppendAsync(Key, [Out(4, "two ")], Samples.Noon, Token));
        await Append(Key, Out(4, "two three"), Err(0, "e"));
        Assert.Equal(new LogLengths(13, 1), await other.GetLengthsAsync(Key, Token));
        var lines = Enumerable.Range(0, 60).Select(i => (i % 2 == 0 ? _store : other).AppendAsync(
            Key with { Step = $"s{i % 3}" }, [Out(0, "same")], Samples.Noon, Token).AsTask());
        Assert.All(await Task.WhenAll(lines), lengths => Assert.Equal(4, lengths.Stdout));
    }

    [Fact]
    public async Task A_follower_sees_what_another_controller_appends()
    {
        var other = SharedLogStore.Open(_folder.Path, TimeProvider.System);
        var more = _store.WaitForMoreAsync(Key, default, Token);
        Assert.False(more.IsCompleted);
        await other.AppendAsync(Key, [Out(0, "far")], Samples.Noon, Token);
        await more.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Token);
    }
}
