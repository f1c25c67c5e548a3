using Weir.Engine.Runtimes;

namespace Weir.Tests.Runtimes.Conformance;

/// <summary>What the commands of a step may count on.</summary>
public abstract class CommandConformance<TSubject> : ConformanceSuite<TSubject>
    where TSubject : IRuntimeSubject, new()
{
    [Fact]
    public async Task A_step_without_failure_ends_with_0()
    {
        var result = await RunAsync("echo one", "echo two");
        Assert.Equal(new ContainerExit(0), result.Exit);
        Assert.Equal([0, 1], result.Begun);
        Assert.Equal([(0, 0), (1, 0)], result.Ended);
    }

    [Fact]
    public async Task A_step_without_commands_ends_with_0()
    {
        var result = await RunAsync();
        Assert.Equal(new ContainerExit(0), result.Exit);
        Assert.Empty(result.Markers);
    }

    [Fact]
    public async Task The_first_failure_stops_the_step_with_its_exit_code()
    {
        var result = await RunAsync("echo one", "exit 7", "echo never");
        Assert.Equal(7, result.Exit.ExitCode);
        Assert.Equal([(0, 0), (1, 7)], result.Ended);
        Assert.DoesNotContain("never", result.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failing_line_stops_a_command_of_several_lines()
    {
        Needs(RuntimeCapabilities.Commands);
        var result = await RunAsync("echo one\nfalse\necho never", "echo never");
        Assert.Equal(1, result.Exit.ExitCode);
        Assert.Equal("one\n", result.Stdout);
        Assert.Equal([(0, 1)], result.Ended);
    }

    [Fact]
    public async Task A_program_that_fails_gives_its_exit_code()
    {
        Needs(RuntimeCapabilities.Commands);
        Assert.Equal(42, (await RunAsync("sh -c 'exit 42'")).Exit.ExitCode);
        Assert.Equal(127, (await RunAsync("no-such-program")).Exit.ExitCode);
    }

    [Fact]
    public async Task Folder_and_variables_carry_over()
    {
        Needs(RuntimeCapabilities.Commands);
        var result = await RunAsync(
            "mkdir sub; cd sub; export A=1; B=2; f() { echo \"f $1\"; }",
            "echo ${PWD##*/} $A $B; f x; sh -c 'echo $A-$B-'");
        Assert.Equal("sub 1 2\nf x\n1--\n", result.Stdout);
    }

    [Fact]
    public async Task Commands_of_several_lines_with_quotes_and_documents_run_as_written()
    {
        Needs(RuntimeCapabilities.Commands);
        const string command =
            "cat <<'EOF'\n$HOME \"quoted\" 'single' `tick`\nEOF\nfor i in 1 2; do\n  echo \"é→$i\" # note\ndone";
        Assert.Equal("$HOME \"quoted\" 'single' `tick`\né→1\né→2\n", (await RunAsync(command)).Stdout);
    }

    [Fact]
    public async Task A_mistake_in_one_command_does_not_hinder_those_before_it()
    {
        Needs(RuntimeCapabilities.Commands);
        var result = await RunAsync("echo one", "if then fi (", "echo never");
        Assert.NotEqual(0, result.Exit.ExitCode);
        Assert.Equal("one\n", result.Stdout);
        Assert.NotEmpty(result.Stderr);
        Assert.Equal([0, 1], result.Begun);
    }

    [Fact]
    public async Task The_end_of_exit_0_is_the_end_of_the_step()
    {
        Needs(RuntimeCapabilities.Commands);
        var result = await RunAsync("echo one; exit 0", "echo never");
        Assert.Equal(0, result.Exit.ExitCode);
        Assert.Equal([(0, 0)], result.Ended);
    }

    [Fact]
    public async Task A_users_trap_runs_at_the_end()
    {
        Needs(RuntimeCapabilities.Commands);
        var result = await RunAsync("trap 'echo bye' EXIT", "echo hello", "false");
        Assert.Equal("hello\nbye\n", result.Stdout);
        Assert.Equal([(0, 0), (1, 0), (2, 1)], result.Ended);
    }

    [Fact]
    public async Task After_set_plus_e_failures_do_not_stop()
    {
        Needs(RuntimeCapabilities.Commands);
        var result = await RunAsync("set +e", "false\necho on", "false", "echo last");
        Assert.Equal(0, result.Exit.ExitCode);
        Assert.Equal("on\nlast\n", result.Stdout);
        Assert.Equal([(0, 0), (1, 0), (2, 1), (3, 0)], result.Ended);
    }

    [Fact]
    public async Task A_command_may_replace_the_shell()
    {
        Needs(RuntimeCapabilities.Commands);
        var result = await RunAsync("exec sh -c 'echo replaced; exit 9'", "echo never");
        Assert.Equal("replaced\n", result.Stdout);
        Assert.Equal([(0, 9)], result.Ended);
    }

    [Theory]
    [InlineData("TERM", 143)]
    [InlineData("KILL", 137)]
    public async Task A_shell_ended_by_a_signal_gives_128_plus_its_number(string signal, int code)
    {
        Needs(RuntimeCapabilities.Commands);
        var result = await RunAsync($"echo one; kill -{signal} $$; sleep 60", "echo never");
        Assert.Equal(code, result.Exit.ExitCode);
        Assert.Equal([(0, code)], result.Ended);
    }

    [Fact]
    public async Task Tracing_shows_the_users_commands_only_and_carries_over()
    {
        Needs(RuntimeCapabilities.Commands);
        var result = await RunAsync("set -x", "echo one", "set +x", "echo two");
        Assert.Equal("one\ntwo\n", result.Stdout);
        Assert.Equal("+ echo one\n", result.PartOf(1).Stderr);
        Assert.Equal("+ set +x\n", result.PartOf(2).Stderr);
        Assert.Equal("", result.PartOf(3).Stderr);
    }

    [Theory]
    [InlineData("bash", "echo ${BASH_VERSION:+bash}", "bash")]
    [InlineData("bash -o pipefail", "set -o | grep pipefail", "pipefail       \ton")]
    public async Task The_step_says_which_shell(string shell, string command, string expected)
    {
        Needs(RuntimeCapabilities.Commands);
        var result = await RunAsync([command, "echo on"], null, Work with { Shell = shell });
        Assert.Equal($"{expected}\non\n", result.Stdout);
    }

    [Theory]
    [InlineData("no-such-shell")]
    [InlineData("/no/such/shell")]
    public async Task A_shell_that_is_not_there_is_the_users_fault(string shell)
    {
        Needs(RuntimeCapabilities.Commands);
        var spec = NewSpec(Work with { Shell = shell });
        var exception = await Assert.ThrowsAsync<RuntimeException>(() => Runtime.CreateAsync(spec, default));
        Assert.True(exception.UserFault);
        Assert.Contains(shell, exception.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(spec.Folder));
    }

    [Fact]
    public async Task Commands_begin_in_the_workspace_or_the_workdir_in_it()
    {
        Needs(RuntimeCapabilities.Commands);
        await using var step = await CreateAsync(Work with { Workdir = "a/b" });
        var workdir = Directory.CreateDirectory(Path.Combine(step.Workspace, "a/b")).FullName;
        await step.OpenAsync(["echo here > file"]);
        Assert.Equal(0, (await step.FinishAsync()).Exit.ExitCode);
        Assert.Equal("here\n", await File.ReadAllTextAsync(Path.Combine(workdir, "file")));
    }

    [Fact]
    public async Task An_absolute_workdir_is_the_images()
    {
        Needs(RuntimeCapabilities.Commands | RuntimeCapabilities.Images);
        Assert.Equal("/etc\n", (await RunAsync(["pwd"], null, Work with { Workdir = "/etc" })).Stdout);
    }

    [Theory]
    [InlineData("../other")]
    [InlineData("/etc")]
    [InlineData("missing")]
    public async Task A_workdir_outside_the_workspace_or_not_there_is_the_users_fault(string workdir)
    {
        Needs(RuntimeCapabilities.Commands);
        var hasImage = Runtime.Capabilities.HasFlag(RuntimeCapabilities.Images);
        Assert.SkipWhen(hasImage && Path.IsPathRooted(workdir), "an absolute workdir is the image's");
        await using var step = await CreateAsync(Work with { Workdir = workdir });
        var exception = await Assert.ThrowsAsync<RuntimeException>(() => step.OpenAsync(["echo never"]));
        Assert.True(exception.UserFault);
    }
}
