using System.Text;
using Weir.Engine.Runtimes;

namespace Weir.Tests.Runtimes.Conformance;

/// <summary>What a step sees, what it leaves, and what it may not reach.</summary>
public abstract class EnvironmentConformance<TSubject> : ConformanceSuite<TSubject>
    where TSubject : IRuntimeSubject, new()
{
    [Theory]
    [InlineData("plain")]
    [InlineData("")]
    [InlineData("two\nlines\n")]
    [InlineData("'single' \"double\" `tick` $HOME \\ !! %s")]
    [InlineData("ünï→日本\t🎈")]
    public async Task Values_of_the_environment_arrive_unchanged(string value)
    {
        Needs(RuntimeCapabilities.Commands);
        var env = new Dictionary<string, string> { ["VALUE"] = value };
        var result = await RunAsync(["printf %s \"$VALUE\"", "sh -c 'printf %s \"$VALUE\" >&2'"], env);
        Assert.Equal(value, result.Stdout);
        Assert.Equal(value, result.Stderr);
    }

    [Fact]
    public async Task Large_values_and_many_values_arrive()
    {
        Needs(RuntimeCapabilities.Commands);
        var env = Enumerable.Range(0, 500).ToDictionary(i => $"V{i}", i => $"value {i}", StringComparer.Ordinal);
        env["LARGE"] = new string('x', 120_000);
        var result = await RunAsync(["printf '%s %s' ${#LARGE} \"$V499\"", "sh -c 'printf \"%s\\n\" \"$LARGE\" | wc -c'"], env);
        Assert.Equal("120000 value 499120001\n", result.Stdout);
    }

    [Fact]
    public async Task A_value_larger_than_a_pipe_passes_the_gate()
    {
        Needs(RuntimeCapabilities.Commands);
        var env = new Dictionary<string, string> { ["HUGE"] = new string('x', 3_000_000) };
        Assert.Equal("3000000\n", (await RunAsync(["echo ${#HUGE}; unset HUGE; true"], env)).Stdout);
    }

    [Theory]
    [InlineData("A-B", "x")]
    [InlineData("1A", "x")]
    [InlineData("A;touch gone", "x")]
    [InlineData("A", "nul\0")]
    public async Task What_no_shell_can_hold_is_the_users_fault(string name, string value)
    {
        Needs(RuntimeCapabilities.Commands);
        await using var step = await CreateAsync();
        var env = new Dictionary<string, string> { [name] = value };
        var exception = await Assert.ThrowsAsync<RuntimeException>(() => step.OpenAsync(["echo never"], env));
        Assert.True(exception.UserFault);
    }

    [Fact]
    public async Task The_agents_environment_does_not_reach_the_step()
    {
        Needs(RuntimeCapabilities.Commands);
        Environment.SetEnvironmentVariable("WEIR_TEST_OF_AGENT", "leaked");
        var result = await RunAsync("env");
        // podman marks what runs in it by `container`.
        string[] known = ["HOME", "LANG", "PATH", "PWD", "TERM", "OLDPWD", "SHLVL", "_", "HOSTNAME", "container"];
        Assert.DoesNotContain("leaked", result.Stdout, StringComparison.Ordinal);
        Assert.All(
            result.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=')[0]),
            name => Assert.True(known.Contains(name) || name is "WEIR_OUTPUT" or "WEIR_MASK" or "WEIR_TREE", name));
    }

    [Fact]
    public async Task Home_is_private_and_can_be_written()
    {
        Needs(RuntimeCapabilities.Commands);
        var result = await RunAsync("test \"$HOME\" != \"$PWD\"; echo x > \"$HOME/file\"; ls -A \"$HOME\"");
        Assert.Equal("file\n", result.Stdout);
    }

    [Fact]
    public async Task Standard_input_is_at_its_end()
    {
        Needs(RuntimeCapabilities.Commands);
        Assert.Equal("0\n1\n", (await RunAsync("cat | wc -c", "read x || echo $?")).Stdout);
    }

    [Fact]
    public async Task The_output_file_is_read_after_the_end()
    {
        Needs(RuntimeCapabilities.Commands);
        await using var step = await CreateAsync();
        await step.OpenAsync(["echo a=1 >> \"$WEIR_OUTPUT\"", "sh -c 'printf \"b=x y\\n\" >> $WEIR_OUTPUT'"]);
        await step.FinishAsync();
        Assert.Equal("a=1\nb=x y\n", Encoding.UTF8.GetString(await step.Container.ReadOutputFileAsync(1000, default)));
        var exception = await Assert.ThrowsAsync<RuntimeException>(
            () => step.Container.ReadOutputFileAsync(9, default));
        Assert.True(exception.UserFault);
    }

    [Fact]
    public async Task What_is_to_be_masked_is_read_and_bounded()
    {
        Needs(RuntimeCapabilities.Commands);
        await using var step = await OpenAsync("echo hidden >> $WEIR_MASK; echo shown");
        await step.FinishAsync();
        Assert.Equal("hidden\n", Encoding.UTF8.GetString(step.Container.ReadMasks(1000)));
        Assert.Throws<RuntimeException>(() => step.Container.ReadMasks(3));
    }

    [Fact]
    public async Task A_step_that_writes_no_output_has_an_empty_one()
    {
        await using var step = await OpenAsync("echo one");
        await step.FinishAsync();
        Assert.Empty(await step.Container.ReadOutputFileAsync(1000, default));
    }

    [Fact]
    public async Task The_output_file_cannot_lead_the_agent_elsewhere()
    {
        Needs(RuntimeCapabilities.Commands);
        await using var step = await OpenAsync(
            "rm -f $WEIR_OUTPUT && ln -s /etc/passwd $WEIR_OUTPUT || true", "! test -L $WEIR_OUTPUT || echo linked");
        var isLink = (await step.FinishAsync()).Stdout == "linked\n";
        var read = step.Container.ReadOutputFileAsync(100_000, default);
        if (isLink) await Assert.ThrowsAsync<RuntimeException>(() => read);
        else Assert.Empty(await read);
    }

    [Fact]
    public async Task A_step_has_a_user_of_its_own_that_cannot_read_the_agents_files()
    {
        Needs(RuntimeCapabilities.Commands | RuntimeCapabilities.OwnUser);
        await using var first = await CreateAsync(slot: 0);
        await using var second = await CreateAsync(slot: 1);
        var key = Path.Combine(Path.GetDirectoryName(first.Folder)!, "key");
        await File.WriteAllTextAsync(key, "key of the agent");
        File.SetUnixFileMode(key, UnixFileMode.UserRead);
        await File.WriteAllTextAsync(Path.Combine(first.Workspace, "mine"), "");
        string[] commands = ["id -u", $"! cat '{key}'", $"! ls '{first.Workspace}'"];
        await first.OpenAsync(["id -u", "echo x > mine; stat -c %u mine"]);
        var one = await first.FinishAsync();
        await second.OpenAsync(commands);
        var two = await second.FinishAsync();
        Assert.Equal((0, 0), (one.Exit.ExitCode, two.Exit.ExitCode));
        Assert.Distinct([one.Stdout.Split('\n')[0], two.Stdout.Split('\n')[0], "0"]);
        Assert.Equal(one.Stdout.Split('\n')[0], one.Stdout.Split('\n')[1]);
    }

    [Fact]
    public async Task A_step_cannot_gain_rights()
    {
        Needs(RuntimeCapabilities.Commands);
        var result = await RunAsync("grep -E '^(NoNewPrivs|CapEff|CapInh)' /proc/self/status", "ulimit -c");
        Assert.Contains("NoNewPrivs:\t1\n", result.Stdout, StringComparison.Ordinal);
        Assert.EndsWith("\n0\n", result.Stdout, StringComparison.Ordinal);
        if (Runtime.Capabilities.HasFlag(RuntimeCapabilities.OwnUser))
        {
            Assert.Contains("CapEff:\t0000000000000000\n", result.Stdout, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_network_there_is_only_the_loopback()
    {
        Needs(RuntimeCapabilities.Commands | RuntimeCapabilities.NoNetwork);
        var result = await RunAsync(
            ["tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '"], null,
            Work with { Limits = new() { Network = "none" } });
        Assert.Equal("lo\n", result.Stdout);
    }

    [Fact]
    public async Task What_a_step_takes_on_disk_can_be_measured()
    {
        Needs(RuntimeCapabilities.Commands);
        await using var step = await OpenAsync(
            "head -c 3000000 /dev/zero > a; ln a b; mkdir c; ln -s / c/d; truncate -s 1000000000 hole",
            "head -c 2000000 /dev/zero > ~/e");
        Assert.Equal(0, (await step.FinishAsync()).Exit.ExitCode);
        Assert.InRange(await step.Container.MeasureDiskAsync(default), 5_000_000, 5_200_000);
    }

    [Fact]
    public async Task A_step_beyond_its_memory_is_told_apart()
    {
        Needs(RuntimeCapabilities.Commands | RuntimeCapabilities.Limits);
        var result = await RunAsync(
            ["head -c 200000000 /dev/zero | tail -c 190000000 > /dev/null"], null,
            Work with { Shell = "bash -o pipefail", Limits = new() { MemoryBytes = 32 << 20 } });
        Assert.NotEqual(0, result.Exit.ExitCode);
        Assert.True(result.Exit.OutOfMemory);
    }

    [Fact]
    public async Task A_step_cannot_have_more_processes_than_its_limit()
    {
        Needs(RuntimeCapabilities.Commands | RuntimeCapabilities.Limits);
        var result = await RunAsync(
            ["for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 60 & done; echo never"], null,
            Work with { Limits = new() { Pids = 8 } });
        Assert.NotEqual(0, result.Exit.ExitCode);
        Assert.Equal("", result.Stdout);
    }
}
