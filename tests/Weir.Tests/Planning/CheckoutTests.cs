using System.Diagnostics;
using Weir.Engine.Planning;
using Weir.Tests.Definitions;

namespace Weir.Tests.Planning;

/// <summary>Runs the commands of the step <c>checkout</c> with a real git on a real repository.</summary>
public sealed class CheckoutTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("weir-checkout-").FullName;
    private readonly string _repository;
    private int _workspaces;

    public CheckoutTests()
    {
        _repository = Path.Combine(_root, "repo");
        var made = Sh(
            _root,
            """
            git init -q -b main repo && cd repo
            git config user.name Ann && git config user.email ann@example.org
            echo one > file && git add . && git commit -qm one
            git tag -a v1 -m v1
            git checkout -qb feature/x && echo feature > file && git commit -qam feature
            git checkout -q main && echo two > file && git commit -qam two
            git checkout -q --detach && echo pull > file && git commit -qam pull
            git update-ref refs/pull/1/head HEAD && git checkout -q main
            """);
        Assert.True(made.ExitCode == 0, made.Output);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("", "two")]
    [InlineData("main", "two")]
    [InlineData("v1", "one")]
    [InlineData("feature/x", "feature")]
    [InlineData("refs/heads/feature/x", "feature")]
    [InlineData("refs/pull/1/head", "pull")]
    public void Takes_the_ref_that_was_asked_for(string reference, string content)
    {
        foreach (var address in new[] { _repository, "file://" + _repository })
        {
            var (workspace, result) = CheckOut(address, reference);
            Assert.True(result.ExitCode == 0, result.Output);
            Assert.Equal(content, File.ReadAllText(Path.Combine(workspace, "file")).Trim());
        }
    }

    [Fact]
    public void Takes_exactly_the_commit_and_tells_which()
    {
        var commit = Sh(_repository, "git rev-parse v1^{commit}").Output.Trim();
        foreach (var reference in new[] { commit, commit[..8] })
        {
            var (workspace, result) = CheckOut(_repository, reference);
            Assert.True(result.ExitCode == 0, result.Output);
            Assert.Equal(commit, Sh(workspace, "git rev-parse HEAD").Output.Trim());
            Assert.Equal($"commit={commit}", File.ReadAllText(workspace + ".output").Trim());
        }
    }

    [Fact]
    public void Takes_all_commits_unless_told_otherwise()
    {
        Assert.Equal("2", Count("", ""));
        Assert.Equal("1", Count("", "1"));
        Assert.Equal("1", Count("feature/x", "1"));

        string Count(string reference, string depth) =>
            Sh(CheckOut("file://" + _repository, reference, depth).Workspace, "git rev-list --count HEAD").Output.Trim(
                );
    }

    [Theory]
    [InlineData("no-such-ref", "couldn't find remote ref no-such-ref")]
    [InlineData("--upload-pack=touch pwned", "begins with -")]
    [InlineData("main:refs/heads/other", "holds a :")]
    [InlineData("$(touch pwned)", "ref")]
    [InlineData("'; touch pwned; '", "ref")]
    public void Refuses_what_is_no_ref(string reference, string problem)
    {
        var (workspace, result) = CheckOut(_repository, reference);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(problem, result.Output);
        Assert.False(File.Exists(Path.Combine(workspace, "pwned")));
        Assert.False(File.Exists(Path.Combine(workspace, "file")));
    }

    [Theory]
    [InlineData("", "empty or begins with -")]
    [InlineData("--upload-pack=touch pwned", "empty or begins with -")]
    [InlineData("ext::sh -c touch% pwned", "ext")]
    [InlineData("/nowhere/at/all", "/nowhere/at/all")]
    [InlineData("/x'; touch pwned; '", "touch pwned")]
    public void Refuses_what_is_no_address(string address, string problem)
    {
        var (workspace, result) = CheckOut(address, "main");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(problem, result.Output);
        Assert.False(File.Exists(Path.Combine(workspace, "pwned")));
    }

    private (string Workspace, (int ExitCode, string Output) Result) CheckOut(
        string address, string reference, string depth = "")
    {
        var flow = FlowText.Good("name: a\nsource: x\nsteps: [{commands: x}]");
        var step = Planner.Plan(flow, new PlanInputs()).Plan!.Steps[0];
        var workspace = Directory.CreateDirectory(Path.Combine(_root, $"w{_workspaces++}")).FullName;
        var result = Sh(
            workspace,
            "set -e\n" + string.Join('\n', step.Commands),
            ("WEIR_SOURCE_GIT", address), ("WEIR_SOURCE_REF", reference), ("WEIR_SOURCE_DEPTH", depth), (
                "WEIR_OUTPUT", workspace + ".output"));
        return (workspace, result);
    }

    private static (int ExitCode, string Output) Sh(
        string folder, string script, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo("sh", ["-c", $"{{ {script}\n}} 2>&1"])
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
        };
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["HOME"] = folder;
        foreach (var (name, value) in variables) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
