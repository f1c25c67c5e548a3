using System.CommandLine;
using System.Text;
using System.Text.RegularExpressions;
using Weir.Cli;
using Weir.Cli.Help;
using Weir.Tests.Tidy;

namespace Weir.Tests.Cli;

public sealed partial class HelpTests
{
    [Fact]
    public void Help_of_every_verb_is_as_approved()
    {
        var text = new StringBuilder();
        Write(text, Tree());
        Approved.Match("tests/Weir.Tests/Cli/help.approved.txt", text.ToString());
    }

    [Fact]
    public void The_page_about_the_command_line_is_up_to_date() =>
        Approved.Match("docs/cli.md", MarkdownHelp.Of(Tree()));

    [Fact]
    public async Task Help_of_the_root_names_what_the_full_tree_has()
    {
        using var bench = new CliBench();
        var result = await bench.RunAsync("--help");
        Assert.Equal(HelpText.Of(Tree()), result.Output);
        Assert.Equal(0, result.Code);
    }

    [Fact]
    public async Task Shells_are_told_what_may_follow()
    {
        using var bench = new CliBench();
        var words = (
            await bench.RunAsync("[suggest:9]", "weir run ")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("start", words);
        Assert.Contains("explain", words);
    }

    [Fact]
    public void Commands_in_the_README_exist()
    {
        var root = Tree();
        var lines = SourceTree.Read("README.md").Split('\n').Where(line => line.Contains("weir ", StringComparison.Ordinal));
        var calls = lines.SelectMany(line => Call().Matches(line)).Select(match => match.Groups["words"].Value.Trim()).ToList();
        Assert.True(calls.Count > 10);
        foreach (var call in calls)
        {
            var command = root.Parse(call.Split(' ', StringSplitOptions.RemoveEmptyEntries)).CommandResult.Command;
            Assert.True(command is not RootCommand && command.Action is not null, $"README: there is no 'weir {call}'");
        }
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _weir weir")]
    [InlineData("zsh", "compdef _weir weir")]
    [InlineData("fish", "complete -c weir")]
    public async Task Each_shell_has_a_script(string shell, string part)
    {
        using var bench = new CliBench();
        Assert.Contains(part, (await bench.RunAsync("completion", shell)).Output, StringComparison.Ordinal);
        Assert.Equal(2, (await bench.RunAsync("completion", "cmd")).Code);
    }

    [GeneratedRegex(@"(?:\$ \./|^\./|\$ |`\./)weir (?<words>(?:[a-z-]+ ?){1,2})")]
    private static partial Regex Call();

    private static RootCommand Tree() => CommandTree.Build(new CliHost(Stream.Null, TextWriter.Null), arguments: null);

    private static void Write(StringBuilder text, Command command)
    {
        text.Append("$ ").Append(
            HelpText.PathOf(command)).Append(" --help\n").Append(HelpText.Of(command)).Append('\n');
        foreach (var verb in HelpText.Verbs(command)) Write(text, verb);
    }
}

/// <summary>Texts that are kept in the repository; <c>./dev snap</c> rewrites them, and the diff is the
/// review.</summary>
internal static class Approved
{
    public static void Match(string path, string text)
    {
        var full = Path.Combine(SourceTree.Root, path);
        if (Environment.GetEnvironmentVariable("WEIR_SNAP") is { Length: > 0 }) File.WriteAllText(full, text);
        Assert.True(File.Exists(full), $"{path} is missing; `./dev snap` writes it");
        if (File.ReadAllText(full) != text) Assert.Equal(File.ReadAllText(full), text);
    }
}
