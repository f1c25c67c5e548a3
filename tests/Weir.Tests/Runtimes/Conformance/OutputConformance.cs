using System.Security.Cryptography;
using System.Text;
using Weir.Engine.Runtimes;

namespace Weir.Tests.Runtimes.Conformance;

/// <summary>What a step writes arrives: all of it, unchanged, once, in order, and as the part of the right command.</summary>
public abstract class OutputConformance<TSubject> : ConformanceSuite<TSubject>
    where TSubject : IRuntimeSubject, new()
{
    [Fact]
    public async Task Each_command_has_its_part_of_both_streams()
    {
        Needs(RuntimeCapabilities.Commands);
        var result = await RunAsync("echo a; echo b >&2", ":", "echo c >&2; echo d; echo e >&2", "printf end");
        Assert.Equal(("a\n", "b\n"), result.PartOf(0));
        Assert.Equal(("", ""), result.PartOf(1));
        Assert.Equal(("d\n", "c\ne\n"), result.PartOf(2));
        Assert.Equal(("end", ""), result.PartOf(3));
        Assert.Equal(("a\nd\nend", "b\nc\ne\n"), (result.Stdout, result.Stderr));
    }

    [Fact]
    public async Task Markers_come_in_order_and_end_before_the_next_begins()
    {
        var result = await RunAsync([.. Enumerable.Range(0, 50).Select(i => $"echo {i}")]);
        var expected = Enumerable.Range(0, 50).SelectMany(i => new (int, int?)[] { (i, null), (i, 0) });
        Assert.Equal(expected, result.Markers.Select(marker => (marker.Index, marker.ExitCode)));
        Assert.All(Enumerable.Range(0, 50), i => Assert.Contains($"{i}\n", result.PartOf(i).Stdout, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_of_the_markers_is_in_the_output_whatever_the_step_shows()
    {
        Needs(RuntimeCapabilities.Commands);
        var result = await RunAsync("set -v; set -x", "set; env; export -p; cat /proc/$$/cmdline", "trap; true", "set +vx");
        Assert.Equal([0, 1, 2, 3], result.Begun);
        Assert.DoesNotContain('\u001e', result.Stdout + result.Stderr);
        Assert.DoesNotContain("00000001", result.Stdout + result.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("printf", result.Stdout + result.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_of_any_kind_arrive_unchanged()
    {
        Needs(RuntimeCapabilities.Commands);
        var bytes = new byte[3_000_000];
        new Random(7).NextBytes(bytes);
        await using var step = await CreateAsync();
        await File.WriteAllBytesAsync(Path.Combine(step.Workspace, "bytes"), bytes);
        await step.OpenAsync(["cat bytes", "cat bytes >&2"]);
        var result = await step.FinishAsync();
        Assert.Equal(SHA256.HashData(bytes), SHA256.HashData(result.StdoutBytes));
        Assert.Equal(SHA256.HashData(bytes), SHA256.HashData(result.StderrBytes));
    }

    [Fact]
    public async Task What_looks_like_the_beginning_of_a_marker_arrives()
    {
        Needs(RuntimeCapabilities.Commands);
        var result = await RunAsync(@"printf '\036'; printf '\036\036abc\036' >&2", @"printf 'x\036'");
        Assert.Equal(("\u001e", "\u001e\u001eabc\u001e"), result.PartOf(0));
        Assert.Equal("x\u001e", result.PartOf(1).Stdout);
    }

    [Fact]
    public async Task A_line_of_10_megabytes_arrives()
    {
        Needs(RuntimeCapabilities.Commands);
        var result = await RunAsync("head -c 10000000 /dev/zero | tr '\\0' x");
        Assert.Equal(10_000_000, result.StdoutBytes.Length);
        Assert.Equal(-1, result.StdoutBytes.AsSpan().IndexOfAnyExcept((byte)'x'));
    }

    [Fact]
    public async Task A_hundred_megabytes_arrive_on_both_streams_at_once()
    {
        Needs(RuntimeCapabilities.Commands);
        var result = await RunAsync("head -c 50000000 /dev/zero & head -c 50000000 /dev/zero >&2; wait");
        Assert.Equal((50_000_000, 50_000_000), (result.StdoutBytes.Length, result.StderrBytes.Length));
    }

    [Fact]
    public async Task Many_short_lines_arrive_in_order()
    {
        Needs(RuntimeCapabilities.Commands);
        var result = await RunAsync("i=0; while [ $i -lt 20000 ]; do echo $((i % 10)); i=$((i + 1)); done");
        var expected = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i % 10}\n"));
        Assert.Equal(expected, result.Stdout);
    }

    [Fact]
    public async Task Output_arrives_while_the_command_runs_and_without_a_newline()
    {
        Needs(RuntimeCapabilities.Commands);
        await using var step = await OpenAsync("printf prompt; until [ -e go ]; do sleep 0.01; done; echo ' done'");
        await step.SawAsync("prompt");
        await File.WriteAllTextAsync(Path.Combine(step.Workspace, "go"), "");
        Assert.Equal("prompt done\n", (await step.FinishAsync()).Stdout);
    }

    [Fact]
    public async Task The_streams_can_be_opened_by_name()
    {
        Needs(RuntimeCapabilities.Commands);
        var result = await RunAsync("echo out > /dev/stdout; echo err > /dev/stderr; sh -c 'echo more >> /dev/stderr'");
        Assert.Equal(("out\n", "err\nmore\n"), (result.Stdout, result.Stderr));
    }

    [Fact]
    public async Task Redirecting_the_shell_does_not_lose_the_markers()
    {
        Needs(RuntimeCapabilities.Commands);
        var result = await RunAsync("echo a; exec 3>&1 > file 2>&1", "echo hidden", "exec >&3; echo b", "cat file");
        Assert.Equal([(0, 0), (1, 0), (2, 0), (3, 0)], result.Ended);
        Assert.Equal(("a\n", "", "b\n", "hidden\n"), (
            result.PartOf(0).Stdout, result.PartOf(1).Stdout, result.PartOf(2).Stdout, result.PartOf(3).Stdout));
    }

    [Fact]
    public async Task A_process_in_the_background_does_not_hold_the_step()
    {
        Needs(RuntimeCapabilities.Commands);
        var result = await RunAsync("sleep 600 & echo started", "echo end");
        Assert.Equal(0, result.Exit.ExitCode);
        Assert.Equal("started\nend\n", result.Stdout);
        Assert.Equal([(0, 0), (1, 0)], result.Ended);
    }

    [Fact]
    public async Task A_reader_that_waits_can_be_cancelled_and_read_on()
    {
        Needs(RuntimeCapabilities.Commands);
        await using var step = await CreateAsync();
        using var cancelled = new CancellationTokenSource();
        var read = step.Container.ReadAsync(cancelled.Token).AsTask();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        await step.OpenAsync(["echo one"]);
        Assert.Equal("one\n", (await step.FinishAsync()).Stdout);
    }

    [Fact]
    public async Task Twenty_steps_at_once_keep_their_output_apart()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => RunAsync(
            [$"echo step {i}", "echo end"], null, slot: i)));
        Assert.All(results, result => Assert.Equal(0, result.Exit.ExitCode));
        Assert.All(
            results.Index(), step => Assert.Contains($"step {step.Index}\n", step.Item.Stdout, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Output_that_nobody_has_read_yet_outlasts_the_process()
    {
        Needs(RuntimeCapabilities.Commands);
        await using var step = await CreateAsync();
        await step.Container.OpenGateAsync(new GateScript(["echo kept; exit 3"], new Dictionary<string, string>()), default);
        Assert.Equal(3, (await step.Container.WaitAsync(default)).ExitCode);
        var text = new StringBuilder();
        while (await step.Container.ReadAsync(default) is { } chunk) text.Append(Encoding.UTF8.GetString(chunk.Bytes.Span));
        Assert.Equal("kept\n", text.ToString());
    }
}
