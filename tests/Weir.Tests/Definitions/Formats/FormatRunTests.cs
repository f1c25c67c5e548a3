using Weir.Tests.EndToEnd;
using Weir.Tests.Runtimes.Docker;

namespace Weir.Tests.Definitions.Formats;

public sealed class FormatRunTests
{
    [Fact]
    public async Task Foreign_files_run_from_the_command_line()
    {
        await using var weir = new WeirProcess();
        weir.Write("seed.edn", NostromoTests.Example("seed"));
        weir.Write(".nosana-ci.yml", """
            global: { image: node:22 }
            jobs:
              - name: Build it
                commands: [pwd, mkdir out, "cp note out/copy", 'echo "$NOS_COMMIT_SHA" > out/sha']
                artifacts: [out]
              - name: read
                commands: ['cat out/copy && cd .. && ls && test "$(cat project/out/sha)" = "$(git -C project rev-parse HEAD)"']
                resources: [{ name: out, path: ./ }]
            """);
        weir.Write("make.sh", """
            git init -q r && cd r && echo "it's here" > note && git add . &&
            git -c user.name=n -c user.email=e commit -qm one && chmod -R a+rX ..
            """);
        using (var made = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("sh", ["make.sh"]) { WorkingDirectory = weir.Folder })!)
        {
            await made.WaitForExitAsync();
            Assert.Equal(0, made.ExitCode);
        }

        Assert.Equal(0, (await weir.RunAsync("lint", "seed.edn", ".nosana-ci.yml")).Code);
        await weir.UpAsync();
        var seed = await weir.RunAsync(
            "run", "start", "--file", "seed.edn", "--runtime", "fake", "--follow", "--exit-status");
        Assert.True(seed.Code == 0, seed.Output + seed.Error);

        var pipeline = await weir.RunAsync(
            "run", "start", "--file", ".nosana-ci.yml", "--runtime", "process", "-p",
            "repository=" + Path.Combine(weir.Folder, "r"), "--follow", "--exit-status");
        Assert.True(pipeline.Code == 0, pipeline.Output + pipeline.Error);
        Assert.Contains("read     │ it's here\n", pipeline.Output, StringComparison.Ordinal);
        Assert.Contains("nosana-ci#1", pipeline.Output + pipeline.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("process")]
    [InlineData("docker")]
    public async Task The_local_example_runs(string runtime)
    {
        if (runtime == "docker") TestEngine.SkipWithout();
        await using var weir = new WeirProcess();
        weir.Write("local.edn", NostromoTests.Example("local"));
        await weir.UpAsync();
        var run = await weir.RunAsync(
            "run", "start", "--file", "local.edn", "--runtime", runtime, "--follow", "--exit-status");
        Assert.True(run.Code == 0, run.Output + run.Error);
        Assert.Contains("clone  │ first\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("list   │ .git\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_stored_under_its_name_and_runs_from_there()
    {
        await using var weir = new WeirProcess();
        weir.Write("daily.edn", "{:ops [{:op :container/run :id :a :args {:image \"i\" :cmds [{:cmd \"true\"}]}}]}");
        await weir.UpAsync();
        Assert.Equal(0, (await weir.RunAsync("flow", "create", "--file", "daily.edn")).Code);
        var run = await weir.RunAsync("run", "start", "daily", "--runtime", "fake", "--exit-status");
        Assert.True(run.Code == 0, run.Output + run.Error);
        Assert.Contains("daily#1", (await weir.RunAsync("run", "list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Convert_prints_the_native_flow_or_the_problems()
    {
        await using var weir = new WeirProcess();
        weir.Write("a.edn", NostromoTests.Example("local"));
        weir.Write("b.edn", "{:ops [{:op :sh :id :x :args []}]}");
        var native = await weir.RunAsync("convert", "a.edn", "--to", "weir");
        Assert.Equal(0, native.Code);
        weir.Write("weir.yml", native.Output);
        Assert.Equal(native.Output[(native.Output.IndexOf('\n') + 1)..], (await weir.RunAsync("convert", "weir.yml")).Output);
        var refused = await weir.RunAsync("convert", "b.edn");
        Assert.Equal((2, ""), (refused.Code, refused.Output));
        Assert.Contains("b.edn:1:13: ops[0].op: the op `sh` is refused", refused.Error, StringComparison.Ordinal);
    }
}
