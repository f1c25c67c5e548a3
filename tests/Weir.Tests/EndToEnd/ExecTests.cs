using System.Diagnostics;

namespace Weir.Tests.EndToEnd;

/// <summary>Flow files run without a controller.</summary>
public sealed class ExecTests
{
    private const string Flow = """
        name: local
        runtime: process
        params: { who: world }
        steps:
          - name: greet
            env: { WHO: "${{ params.who }}" }
            outputs: [length]
            secrets: [TOKEN]
            commands: ['echo "hello $WHO, with $TOKEN"', 'echo "length=${#WHO}" >> $WEIR_OUTPUT']
          - { name: loud, when: "params.who == 'all'", commands: [echo HELLO] }
          - name: tell
            env: { LENGTH: "${{ steps.greet.outputs.length }}" }
            image: "tools:${{ params.who }}"
            commands: ['echo "it has $LENGTH"', 'test "$LENGTH" -lt 9']
        """;

    [Fact]
    public async Task It_runs_here_masks_secrets_of_a_file_and_ends_as_its_run_does()
    {
        await using var weir = new WeirProcess();
        weir.Write("f.yml", Flow);
        weir.Write("private.yml", "TOKEN: s3cr3t-token\n");
        File.SetUnixFileMode(
            Path.Combine(weir.Folder, "private.yml"), UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var good = await weir.RunAsync("exec", "f.yml", "--secrets", "private.yml", "-p", "who=ann");
        var bad = await weir.RunAsync("exec", "f.yml", "--secrets", "private.yml", "-p", "who=everybody");
        var bare = await weir.RunAsync("exec", "f.yml");
        var one = await weir.RunAsync("exec", "f.yml", "--secrets", "private.yml", "--step", "greet");

        Assert.True(good.Code == 0, good.Output + good.Error);
        Assert.Contains("greet │ hello ann, with ************\n", good.Output, StringComparison.Ordinal);
        Assert.Contains("tell  │ it has 3\n", good.Output, StringComparison.Ordinal);
        Assert.Equal(3, bad.Code);
        Assert.Equal(3, bare.Code);
        Assert.Contains("secret TOKEN", bare.Output, StringComparison.Ordinal);
        Assert.Equal(0, one.Code);
        Assert.DoesNotContain("tell", one.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t-token", good.Output + good.Error + bad.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(weir.Data));
    }

    [Fact]
    public async Task A_dry_run_explains_every_condition_and_image_and_runs_nothing()
    {
        await using var weir = new WeirProcess();
        weir.Write("f.yml", Flow);

        var told = await weir.RunAsync("exec", "f.yml", "--dry-run");

        Assert.Equal(
            """
            greet: runs, as nothing before it failed
              no image, runtime process
            loud: does not run, `params.who == 'all'` was false
              no image, runtime process
            tell: runs, as nothing before it failed
              image tools:world, runtime process

            """,
            told.Output);
        Assert.Equal(2, (await weir.RunAsync("exec", "f.yml", "--dry-run", "-p", "what=x")).Code);
        Assert.Equal(2, (await weir.RunAsync("exec", "f.yml", "--dry-run", "--step", "none")).Code);
    }

    [Fact]
    public async Task The_working_tree_stands_for_the_source_with_what_is_not_committed()
    {
        await using var weir = new WeirProcess();
        weir.Write("f.yml", """
            name: tree
            runtime: process
            source: https://example.invalid/tree.git
            steps: [{ name: show, commands: [cat kept changed added, 'test ! -e ignored'] }]
            """);
        foreach (var (name, text) in new[] { ("kept", "kept"), ("changed", "before"), (".gitignore", "ignored") })
            weir.Write(name, text + "\n");
        await GitAsync(weir.Folder, "init", "-q", ".");
        await GitAsync(weir.Folder, "add", "kept", "changed", ".gitignore");
        await GitAsync(
            weir.Folder, "-c", "user.name=a", "-c", "user.email=a@localhost", "commit", "-q", "-m", "first");
        foreach (var (name, text) in new[] { ("changed", "after"), ("added", "added"), ("ignored", "ignored") })
            weir.Write(name, text + "\n");
        var before = await StateAsync(weir.Folder);

        var run = await weir.RunAsync("exec", "f.yml");

        Assert.True(run.Code == 0, run.Output + run.Error);
        Assert.Contains("kept\nshow     │ after\nshow     │ added\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("with what is not committed", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, await StateAsync(weir.Folder));
    }

    private static async Task<string> StateAsync(string folder) =>
        await GitAsync(folder, "status", "--short") + await GitAsync(folder, "count-objects") + await GitAsync(
            folder, "for-each-ref");

    private static async Task<string> GitAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, UseShellExecute = false,
        };
        using var git = Process.Start(start)!;
        var output = await git.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await git.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, git.ExitCode);
        return output;
    }
}
