using Weir.Cli.Following;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Json;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;

namespace Weir.Tests.Cli;

public sealed class FollowTests
{
    private const string Run = "/v1/runs/01jg0000000000000000000007";

    [Theory]
    [InlineData(RunStatus.Success, true, 0)]
    [InlineData(RunStatus.Failed, true, 3)]
    [InlineData(RunStatus.Cancelled, true, 3)]
    [InlineData(RunStatus.Failed, false, 0)]
    public async Task A_followed_run_shows_logs_changes_and_the_outcome(RunStatus status, bool exitStatus, int code)
    {
        using var bench = Follows(status);
        string[] arguments = ["run", "start", "build", "--follow", .. exitStatus ? new[] { "--exit-status" } : []];
        var result = await bench.RunAsync(arguments);
        Assert.Equal(code, result.Code);
        Assert.Contains("test │ one\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("test │ two\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("test: running\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("\nSTEP  STATUS", result.Output, StringComparison.Ordinal);
        Assert.EndsWith(
            $"build#7 {status.ToString().ToLowerInvariant()} in 3.0s\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_without_following_says_only_how_it_ended()
    {
        using var bench = Follows(RunStatus.Failed);
        var result = await bench.RunAsync("run", "start", "build", "--exit-status");
        Assert.Equal((3, "build#7 failed in 3.0s\n"), (result.Code, result.Output));
    }

    [Fact]
    public async Task Starting_alone_prints_the_handle()
    {
        using var bench = Follows(RunStatus.Success);
        var result = await bench.RunAsync("run", "start", "build", "-p", "a=b=c");
        Assert.Equal((0, "build#7\n"), (result.Code, result.Output));
    }

    [Theory]
    [InlineData("run start", "give either")]
    [InlineData("run start build --file x.yml", "give either")]
    [InlineData("run start build -p novalue", "name=value")]
    [InlineData("run start build -p a=1 -p a=2", "given twice")]
    [InlineData("run start build --follow --timeout soon", "no duration")]
    [InlineData("run start --file missing.yml", "missing.yml")]
    public async Task What_makes_no_sense_is_refused_as_usage(string line, string said)
    {
        using var bench = Follows(RunStatus.Success);
        var result = await bench.RunAsync(line.Split(' '));
        Assert.Equal(2, result.Code);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watching_prints_one_line_for_each_change()
    {
        using var bench = Follows(RunStatus.Success);
        var result = await bench.RunAsync("run", "watch", "x");
        Assert.StartsWith(
            "test: running\ntest: success in 1.5s\n", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("│", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_steps_log_is_printed_byte_by_byte()
    {
        using var bench = new CliBench();
        bench.Api.Sends("GET /v1/runs/x/steps/test/logs", []);
        Assert.Equal("", (await bench.RunAsync("run", "logs", "x", "test")).Output);
        bench.Api.Streams(
            "GET /v1/runs/x/steps/test/logs/follow",
            [new LogChunk(1, LogStream.Stdout, 0, 0) { Time = Samples.Noon, Base64 = "a\0b"u8.ToArray() }],
            WeirJson.Default.LogChunk);
        Assert.Equal("a\0b", (await bench.RunAsync("run", "logs", "x", "test", "--follow")).Output);
    }

    [Fact]
    public void Lines_are_cut_at_newlines_and_when_they_never_end()
    {
        var lines = new List<string>();
        var splitter = new LineSplitter(lines.Add);
        splitter.Add("a"u8);
        splitter.Add("b\r\nc"u8);
        splitter.Add(new byte[40_000].AsSpan());
        splitter.End();
        Assert.Equal("ab", lines[0]);
        Assert.Equal(16 * 1024, lines[1].Length);
        Assert.Equal(40_001, lines.Skip(1).Sum(line => line.Length));
    }

    private static CliBench Follows(RunStatus end)
    {
        var bench = new CliBench();
        var pending = Samples.Run(RunStatus.Pending, Samples.Step("test", RunStatus.Pending, attempts: 0));
        var running = Samples.Run(RunStatus.Running, Samples.Step("test", RunStatus.Running));
        var ended = Samples.Run(end, Samples.Step("test", end));
        bench.Api
            .Answers("POST /v1/runs", new StartRunResponse(pending), WeirJson.Default.StartRunResponse)
            .Answers("GET /v1/runs/x", pending, WeirJson.Default.RunView)
            .Answers($"GET {Run}", ended, WeirJson.Default.RunView)
            .Streams($"GET {Run}/watch", [pending, running, ended], WeirJson.Default.RunView)
            .Streams(
                $"GET {Run}/steps/test/logs/follow", [Samples.Chunk("one\ntw"), Samples.Chunk("o\n")],
                WeirJson.Default.LogChunk);
        return bench;
    }
}
