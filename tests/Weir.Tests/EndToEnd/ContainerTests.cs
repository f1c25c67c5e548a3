using System.Diagnostics;
using Weir.Cli.Hosting;
using Weir.Testing;
using Weir.Tests.Runtimes.Docker;

namespace Weir.Tests.EndToEnd;

/// <summary>Steps in containers, through the real executable.</summary>
public sealed class ContainerTests
{
    [Fact]
    public async Task A_step_outlives_the_kill_of_its_agent_with_its_log_whole()
    {
        TestEngine.SkipWithout();
        await using var weir = new WeirProcess();
        weir.Write("f.yml", $$"""
            name: count
            image: {{TestEngine.Image}}
            steps:
              - name: long
                commands: ['i=0; while [ $i -lt 150 ]; do i=$((i+1)); echo line $i; sleep 0.1; done', 'echo kept > file']
              - { name: next, commands: [cat file] }
            """);
        var first = await weir.UpAsync();
        Assert.Equal(0, (await weir.RunAsync("run", "start", "--file", "f.yml")).Code);
        await Eventually.HoldsAsync(
            async () => (await weir.RunAsync("run", "logs", "count#1", "long")).Output.Contains("line 20\n"),
            "the step prints");
        using (var process = Process.GetProcessById(first.Process)) process.Kill();
        await Eventually.HoldsAsync(() => !ProcessTable.IsAlive(first.Process, first.Start), "it is gone");

        await weir.UpAsync();
        var watched = await weir.RunAsync("run", "watch", "count#1", "--exit-status", "--timeout", "100s");
        Assert.True(watched.Code == 0, watched.Output + watched.Error);
        Assert.DoesNotContain("lost", watched.Output, StringComparison.Ordinal);
        var expected = string.Concat(Enumerable.Range(1, 150).Select(i => $"line {i}\n"));
        Assert.Equal(expected, (await weir.RunAsync("run", "logs", "count#1", "long")).Output);
        Assert.Equal("kept\n", (await weir.RunAsync("run", "logs", "count#1", "next")).Output);
    }

    [Fact]
    public async Task A_step_that_must_not_overlap_dies_with_its_killed_agent()
    {
        TestEngine.SkipWithout();
        await using var weir = new WeirProcess();
        var mark = $"61{Environment.ProcessId % 10_000_000:0000000}";
        weir.Write("f.yml", $$"""
            name: alone
            image: {{TestEngine.Image}}
            steps: [{ name: a, disconnect: 0s, commands: ['sleep {{mark}}'] }]
            """);
        var first = await weir.UpAsync();
        Assert.Equal(0, (await weir.RunAsync("run", "start", "--file", "f.yml")).Code);
        await Eventually.HoldsAsync(() => HostProcesses.HasOne(mark), "the step runs");
        using (var process = Process.GetProcessById(first.Process)) process.Kill();
        await Eventually.HoldsAsync(() => !HostProcesses.HasOne(mark), "the step is dead");
        await weir.UpAsync();
        Assert.Equal(0, (await weir.RunAsync("run", "cancel", "alone#1")).Code);
        await weir.RunAsync("run", "watch", "alone#1", "--timeout", "60s");
    }

    [Fact]
    public async Task The_demo_runs_in_containers()
    {
        TestEngine.SkipWithout();
        await using var weir = new WeirProcess();
        var demo = await weir.RunAsync("demo", "--runtime", "docker", "--image", TestEngine.Image);
        Assert.True(demo.Code == 0, demo.Output + demo.Error);
        Assert.Contains("runtime: docker, because an engine", demo.Output, StringComparison.Ordinal);
        foreach (var line in (string[])["2 tests passed", "failed (allowed)", "tidy: success", "demo#1 success"])
            Assert.Contains(line, demo.Output, StringComparison.Ordinal);
        var logs = demo.Output.Split('\n').Single(
            line => line.StartsWith("logs ", StringComparison.Ordinal)).Split(' ')[^1];
        Directory.Delete(logs.Split("/data/")[0], recursive: true);
    }

    [Fact]
    public async Task The_doctor_tells_of_the_engine()
    {
        TestEngine.SkipWithout();
        await using var weir = new WeirProcess();
        var doctor = await weir.RunAsync("doctor", "--local");
        Assert.Contains($"at {TestEngine.Socket}", doctor.Output, StringComparison.Ordinal);
    }
}
