using System.CommandLine;
using System.Text;

namespace Weir.Cli.Help;

/// <summary>The whole command tree as the page <c>docs/cli.md</c>.</summary>
internal static class MarkdownHelp
{
    private const string Head = """
        # Command line

        Made from the commands themselves by `./dev snap`; a test holds it up to date.

        Exit codes: 0 ok · 1 error · 2 usage or invalid input · 3 run failed · 4 not authorised · 5 not found · 6 conflict ·
        7 timed out waiting · 8 controller unreachable · 130 interrupted.

        A run is named by its id, a unique suffix of it (≥ 6 characters), `flow#7`, `@latest` or `@latest:flow`.


        """;

    public static string Of(RootCommand root)
    {
        var text = new StringBuilder(Head);
        text.Append("## Options of every command\n\n");
        WriteOptions(text, root);
        foreach (var command in HelpText.Verbs(root)) Write(text, command, 2);
        return text.ToString().TrimEnd() + "\n";
    }

    private static void Write(StringBuilder text, Command command, int level)
    {
        text.Append('#', level).Append(" weir ").Append(HelpText.PathOf(command)["weir ".Length..]).Append("\n\n");
        text.Append(command.Description).Append("\n\n```\n").Append(HelpText.Usage(command)).Append("\n```\n\n");
        foreach (var argument in command.Arguments)
            text.Append("- `").Append(
                HelpText.NameOf(argument)).Append("` — ").Append(argument.Description).Append('\n');
        if (command.Arguments.Count > 0) text.Append('\n');
        WriteOptions(text, command);
        foreach (var verb in HelpText.Verbs(command)) Write(text, verb, level + 1);
    }

    private static void WriteOptions(StringBuilder text, Command command)
    {
        var options = HelpText.Options(command).Where(
            option => command is RootCommand || option.Name != "--help").ToList();
        foreach (var option in options)
            text.Append("- `").Append(
                HelpText.SignatureOf(option)).Append("` — ").Append(option.Description).Append('\n');
        if (options.Count > 0) text.Append('\n');
    }
}
