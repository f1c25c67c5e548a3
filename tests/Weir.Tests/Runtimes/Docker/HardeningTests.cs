using Weir.Contracts.AgentProtocol;

namespace Weir.Tests.Runtimes.Docker;

/// <summary>What a step tries and must not get; <c>docs/docker-hardening.md</c> is the table of it.</summary>
public sealed class HardeningTests : DockerRig
{
    [Theory]
    [InlineData("echo 1 > /proc/sys/kernel/core_pattern", "Read-only file system")]
    [InlineData("echo b > /proc/sysrq-trigger", "Read-only file system|nonexistent|ermission denied")]
    [InlineData("mount -t tmpfs none /tmp", "ermission denied|not permitted")]
    [InlineData("mknod /tmp/disk b 8 0", "not permitted")]
    [InlineData("ls /var/run/docker.sock /run/docker.sock", "No such file")]
    [InlineData("nc -w 2 169.254.169.254 80 < /dev/null", "Invalid argument|unreachable|No route")]
    [InlineData("ip route del blackhole 169.254.0.0/16", "not permitted")]
    [InlineData("ping -c 1 -W 1 127.0.0.1", "not permitted|denied")]
    [InlineData("hostname outside", "not permitted")]
    [InlineData("unshare -r true || unshare -m true", "not permitted")]
    [InlineData("rm /weir/gate", "Read-only file system")]
    public async Task What_a_step_must_not_do_fails(string command, string said)
    {
        var result = await RunAsync(NewSpec(), command);
        Assert.NotEqual(0, result.Exit.ExitCode);
        Assert.Matches(said, result.Stderr);
    }

    [Fact]
    public async Task A_step_sees_no_process_of_the_machine()
    {
        var agent = Environment.ProcessId;
        var result = await RunAsync(NewSpec(), $"! kill -0 {agent}; ls -d /proc/[0-9]* | wc -l");
        Assert.True(int.Parse(result.Stdout) < 10, result.Stdout);
    }

    [Fact]
    public async Task The_first_process_cannot_be_killed_from_inside()
    {
        var result = await RunAsync(NewSpec(), "kill -KILL 1; echo still here");
        Assert.Equal(("still here\n", 0), (result.Stdout, result.Exit.ExitCode));
    }

    [Fact]
    public async Task The_container_of_another_slot_cannot_be_reached()
    {
        await using var server = await OpenAsync(
            NewSpec(slot: 0), "ip -4 -o addr show eth0 | sed 's/.*inet //; s,/.*,,'; nc -l -p 8080 -e echo reached");
        await server.SawAsync("\n");
        var address = Address(await File.ReadAllTextAsync(Path.Combine(server.Folder, "stdout.log")));
        Assert.Matches(@"^\d+\.\d+\.\d+\.\d+$", address);
        var client = await RunAsync(NewSpec(slot: 1), $"nc -w 2 {address} 8080 < /dev/null");
        Assert.NotEqual(0, client.Exit.ExitCode);
        Assert.DoesNotContain("reached", client.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_privileged_port_is_the_steps_own_only()
    {
        var result = await RunAsync(
            NewSpec(), "echo hello | nc -l -p 80 & sleep 0.3; nc -w 2 127.0.0.1 80 < /dev/null");
        Assert.Equal("hello\n", result.Stdout);
    }

    [Fact]
    public async Task A_bomb_of_processes_is_bounded_and_the_agent_goes_on()
    {
        var work = new StepWork { Limits = new() { Pids = 64 } };
        await using var step = await OpenAsync(
            NewSpec(work), "bomb() { bomb & bomb & }; bomb 2>/dev/null; echo begun; sleep 600");
        await step.Container.KillAsync(TimeSpan.FromMilliseconds(500), default);
        Assert.NotEqual(0, (await step.FinishAsync()).Exit.ExitCode);
        Assert.Equal("fine\n", (await RunAsync(NewSpec(), "echo fine")).Stdout);
    }

    [Fact]
    public async Task A_full_disk_in_the_container_is_the_steps_own_failure()
    {
        var result = await RunAsync(NewSpec(), "dd if=/dev/zero of=/dev/shm/file bs=1M count=100");
        Assert.Equal(1, result.Exit.ExitCode);
        Assert.Contains("No space left", result.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_runs_out_of_memory_is_told_apart_though_the_shell_goes_on()
    {
        var work = new StepWork { Limits = new() { MemoryBytes = 32 << 20 } };
        var result = await RunAsync(NewSpec(work), "tail /dev/zero > /dev/null || exit 9");
        Assert.Equal(9, result.Exit.ExitCode);
        Assert.True(result.Exit.OutOfMemory);
    }

    [Fact]
    public async Task Secrets_are_not_in_the_containers_description()
    {
        var spec = NewSpec();
        await using var step = new Conformance.StepUnderTest(await Runtime.CreateAsync(spec, default), spec);
        await step.OpenAsync(["echo $TOKEN"], new Dictionary<string, string> { ["TOKEN"] = "s3cr3t" });
        Assert.Equal("s3cr3t\n", (await step.FinishAsync()).Stdout);
        var id = (await ContainerOfAsync(spec)).Id;
        using var http = new Weir.Runtimes.Docker.Api.EngineConnection(TestEngine.Socket);
        using var answer = await http.SendAsync(HttpMethod.Get, $"containers/{id}/json", null, default);
        Assert.DoesNotContain("s3cr3t", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static string Address(string log) => log.Split('\n', '\u001e').First(part => part.Contains('.')).Trim();
}
