using System.Diagnostics;
using Weir.Agent.Folders;
using Weir.Cli.Hosting;
using Weir.Testing;
using Weir.Tests.Runtimes.Docker;

namespace Weir.Tests.EndToEnd;

/// <summary>Workspaces that several steps continue, through the real executable.</summary>
public sealed class BranchTests
{
    private const string Flow = """
        name: fan
        RUNTIME
        steps:
          - { name: base, commands: ['echo base > file; mkdir d; echo deep > d/inner'] }
          - name: left
            needs: [base]
            commands:
              - 'echo left >> file; touch d/own; i=0; while [ $i -lt 150 ]; do i=$((i+1)); echo $i; sleep 0.1; done'
            artifacts: [{ name: all, path: ./ }]
          - { name: right, needs: [base], commands: ['cat file d/*; rm -r d; echo right >> file'] }
          - { name: after, needs: [left], commands: ['cat file; ls d; echo after >> file'] }
          - { name: last, needs: [after], commands: ['cat file'] }
          - name: taken
            needs: [left, right, base]
            resources: [{ name: all, path: all }]
            commands: ['cat all/file all/d/inner']
        """;

    [Theory]
    [InlineData("process", false)]
    [InlineData("docker", true)]
    public async Task Branches_are_layers_that_outlive_the_agent_and_leave_no_mounts(string runtime, bool kill)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root mounts overlays");
        if (runtime == "docker") TestEngine.SkipWithout();
        await using var weir = new WeirProcess();
        weir.Write("f.yml", Flow.Replace(
            "RUNTIME", runtime == "docker" ? $"image: {TestEngine.Image}" : "runtime: process",
            StringComparison.Ordinal));
        var up = await weir.UpAsync();
        Assert.Equal(0, (await weir.RunAsync("run", "start", "--file", "f.yml")).Code);
        await Eventually.HoldsAsync(
            async () => (await weir.RunAsync("run", "logs", "fan#1", "left")).Output.Contains("20\n")
                && (await weir.RunAsync("run", "get", "fan#1")).Output.Split('\n').Any(IsRightOver),
            "left runs and right is over", TimeSpan.FromSeconds(60));
        Assert.NotEmpty(Mounts.Below(weir.Data));
        if (kill) await KillAndComeAgainAsync(weir, up);

        var watched = await weir.RunAsync("run", "watch", "fan#1", "--exit-status", "--timeout", "100s");
        Assert.True(watched.Code == 0, watched.Output + watched.Error);
        Assert.DoesNotContain("lost", watched.Output, StringComparison.Ordinal);
        await HasLoggedAsync(weir, "left", string.Concat(Enumerable.Range(1, 150).Select(i => $"{i}\n")));
        await HasLoggedAsync(weir, "right", "base\ndeep\n");
        await HasLoggedAsync(weir, "after", "base\nleft\ninner\nown\n");
        await HasLoggedAsync(weir, "last", "base\nleft\nafter\n");
        await HasLoggedAsync(weir, "taken", "base\nleft\ndeep\n");
        Assert.Equal(0, (await weir.RunAsync("down")).Code);
        Assert.Empty(Mounts.Below(weir.Data));
    }

    // An agent that is killed between taking a step and starting it has lost it, which is not what is looked at here.
    private static bool IsRightOver(string line) =>
        line.Contains("right", StringComparison.Ordinal) && line.Contains("success", StringComparison.Ordinal);

    [Theory]
    [InlineData("process")]
    [InlineData("docker")]
    public async Task A_step_over_its_disk_is_ended_with_a_reason_of_its_own(string runtime)
    {
        if (runtime == "docker") TestEngine.SkipWithout();
        await using var weir = new WeirProcess();
        var place = runtime == "docker" ? "/tmp/large" : "large";
        weir.Write("f.yml", $$"""
            name: full
            {{(runtime == "docker" ? $"image: {TestEngine.Image}" : "runtime: process")}}
            steps:
              - name: a
                limits: { disk: 20MiB }
                commands: ['head -c 30000000 /dev/zero > {{place}}; sleep 600']
            """);
        await weir.UpAsync();
        Assert.Equal(0, (await weir.RunAsync("run", "start", "--file", "f.yml")).Code);
        Assert.Equal(3, (await weir.RunAsync("run", "watch", "full#1", "--exit-status", "--timeout", "60s")).Code);
        var shown = await weir.RunAsync("run", "get", "full#1", "-o", "json");
        Assert.Contains("\"reason\": \"disk\"", shown.Output, StringComparison.Ordinal);
        Assert.Contains("it may take 20.0 MiB", shown.Output, StringComparison.Ordinal);
    }

    private static async Task KillAndComeAgainAsync(WeirProcess weir, PidFile up)
    {
        using (var process = Process.GetProcessById(up.Process)) process.Kill();
        await Eventually.HoldsAsync(() => !ProcessTable.IsAlive(up.Process, up.Start), "it is gone");
        Assert.NotEmpty(Mounts.Below(weir.Data));
        await weir.UpAsync();
    }

    private static async Task HasLoggedAsync(WeirProcess weir, string step, string expected) =>
        Assert.Equal(expected, (await weir.RunAsync("run", "logs", "fan#1", step)).Output);
}
