using System.Text;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Fake;
using Weir.Testing;

namespace Weir.Tests.Runtimes.Fake;

public sealed class FakeRuntimeTests
{
    private readonly ManualTime _clock = new();

    [Fact]
    public async Task A_step_is_over_without_a_thread_when_nothing_makes_it_wait()
    {
        var container = await OpenAsync([]);
        Assert.True(container.WaitAsync(default).IsCompletedSuccessfully);
        var read = container.ReadAsync(default);
        Assert.True(read.IsCompletedSuccessfully);
        Assert.Equal(new CommandMarker(0, null), (await read)!.Value.Marker);
        Assert.Equal("+ one\n", Text((await container.ReadAsync(default))!.Value));
        Assert.Equal(new CommandMarker(0, 0), (await container.ReadAsync(default))!.Value.Marker);
    }

    [Fact]
    public async Task It_sleeps_by_the_given_clock()
    {
        var container = await OpenAsync(new() { ["FAKE_SLEEP"] = "2s" });
        var exit = container.WaitAsync(default);
        _clock.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(exit.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(new ContainerExit(0), await exit);
    }

    [Fact]
    public async Task The_log_comes_in_parts_while_it_sleeps_and_is_the_same_each_time()
    {
        var env = new Dictionary<string, string> { ["FAKE_SLEEP"] = "4s", ["FAKE_LOG_LINES"] = "8", ["FAKE_LOG_BYTES"] = "100" };
        var container = await OpenAsync(env);
        var early = await DrainAsync(container, 4);
        _clock.Advance(TimeSpan.FromSeconds(4));
        var all = early + await DrainAsync(container, int.MaxValue);
        var again = await OpenAsync(env);
        _clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal("+ one\n".Length + ((100 + (8 * 64)) * 2), all.Length);
        Assert.InRange(early.Length, 1, all.Length / 3);
        Assert.Equal(all, await DrainAsync(again, int.MaxValue));
    }

    [Fact]
    public async Task A_step_whose_log_nobody_reads_waits_for_its_reader()
    {
        var container = await OpenAsync(new() { ["FAKE_LOG_BYTES"] = "100000000" });
        var exit = container.WaitAsync(default);
        Assert.False(exit.IsCompleted);
        long bytes = 0;
        while (await container.ReadAsync(default) is { } chunk) bytes += chunk.Bytes.Length;
        Assert.Equal(200_000_006, bytes);
        Assert.Equal(0, (await exit).ExitCode);
    }

    [Theory]
    [InlineData("FAKE_EXIT_CODE", "3", 3, false, false)]
    [InlineData("FAKE_OOM", "true", 137, true, false)]
    [InlineData("FAKE_LOST", "true", -1, false, true)]
    public async Task It_ends_as_told(string name, string value, int code, bool outOfMemory, bool lost)
    {
        var exit = await (await OpenAsync(new() { [name] = value })).WaitAsync(default);
        Assert.Equal((code, outOfMemory, lost), (exit.ExitCode, exit.OutOfMemory, exit.Lost is not null));
    }

    [Fact]
    public async Task A_lost_step_leaves_its_command_without_an_end()
    {
        var container = await OpenAsync(new() { ["FAKE_LOST"] = "true" });
        var markers = new List<CommandMarker>();
        while (await container.ReadAsync(default) is { } chunk)
        {
            if (chunk.Marker is { } marker) markers.Add(marker);
        }

        Assert.Equal([new CommandMarker(0, null)], markers);
    }

    [Fact]
    public async Task Outputs_need_no_folder()
    {
        var container = await OpenAsync(new() { ["FAKE_OUTPUT_B"] = "2", ["FAKE_OUTPUT_A"] = "1" });
        Assert.Equal("A=1\nB=2\n", Encoding.UTF8.GetString(await container.ReadOutputFileAsync(100, default)));
        await Assert.ThrowsAsync<RuntimeException>(() => container.ReadOutputFileAsync(7, default));
    }

    [Fact]
    public async Task One_that_ignores_the_request_is_killed_after_the_grace()
    {
        var container = await OpenAsync(new() { ["FAKE_SLEEP"] = "1h", ["FAKE_IGNORE_TERM"] = "true" });
        var kill = container.KillAsync(TimeSpan.FromSeconds(10), default);
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.False(kill.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await kill;
        Assert.Equal(137, (await container.WaitAsync(default)).ExitCode);
    }

    [Theory]
    [InlineData("FAKE_SLEEP", "soon")]
    [InlineData("FAKE_LOG_BYTES", "-1")]
    public async Task What_it_cannot_read_is_the_users_fault(string name, string value)
    {
        var exception = await Assert.ThrowsAsync<RuntimeException>(() => OpenAsync(new() { [name] = value }));
        Assert.True(exception.UserFault);
    }

    [Theory]
    [InlineData("user", true)]
    [InlineData("infrastructure", false)]
    public async Task A_container_that_shall_not_be_made_is_not_made(string error, bool userFault)
    {
        var runtime = new FakeRuntime(_clock);
        var spec = Spec("a") with { Work = new StepWork { Env = new Dictionary<string, string> { ["FAKE_CREATE_ERROR"] = error } } };
        var exception = await Assert.ThrowsAsync<RuntimeException>(() => runtime.CreateAsync(spec, default));
        Assert.Equal(userFault, exception.UserFault);
        Assert.Empty(runtime.Running);
    }

    [Fact]
    public async Task An_adopted_container_is_read_from_its_beginning()
    {
        var runtime = new FakeRuntime(_clock, adopts: true);
        var first = await runtime.CreateAsync(Spec("a"), default);
        await first.OpenGateAsync(new GateScript(["one"], new Dictionary<string, string> { ["FAKE_SLEEP"] = "1s" }), default);
        await DrainAsync(first, 2);
        Assert.Equal(["a"], runtime.Running);
        var second = await runtime.AdoptAsync(Spec("a"), default);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("+ one\n", await DrainAsync(second!, int.MaxValue));
        Assert.Empty(runtime.Running);
        await second!.DisposeAsync();
        Assert.Null(await runtime.AdoptAsync(Spec("a"), default));
    }

    private static ContainerSpec Spec(string id) => new(id, "/none/attempt", "/none/workspace") { Work = new StepWork() };

    private static string Text(OutputChunk chunk) => Encoding.UTF8.GetString(chunk.Bytes.Span);

    private static async Task<string> DrainAsync(IStepContainer container, int chunks)
    {
        var text = new StringBuilder();
        while (chunks-- > 0 && await container.ReadAsync(default) is { } chunk) text.Append(Text(chunk));
        return text.ToString();
    }

    private async Task<IStepContainer> OpenAsync(Dictionary<string, string> env)
    {
        var container = await new FakeRuntime(_clock).CreateAsync(Spec("a"), default);
        await container.OpenGateAsync(new GateScript(["one"], env), default);
        return container;
    }
}
