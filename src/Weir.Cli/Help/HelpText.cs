using System.CommandLine;
using System.Text;

namespace Weir.Cli.Help;

/// <summary>The help of a command as plain text: usage, verbs, arguments, options.</summary>
internal static class HelpText
{
    private const int Gap = 3;

    public static string Of(Command command)
    {
        var text = new StringBuilder();
        text.Append(command.Description).Append("\n\nusage: ").Append(Usage(command)).Append('\n');
        var verbs = Verbs(command).Select(verb => (verb.Name, verb.Description ?? ""));
        Section(text, command is RootCommand ? "commands" : "verbs", verbs);
        Section(
            text, "arguments", command.Arguments.Select(argument => (NameOf(argument), argument.Description ?? "")));
        Section(text, "options", Options(command).Select(Row));
        if (command is not RootCommand)
            text.Append("\nOptions such as -o, -n and --context are the same everywhere: see 'weir --help'.\n");
        return text.ToString();
    }

    public static string PathOf(Command command)
    {
        var words = new Stack<string>();
        for (Symbol? at = command; at is Command; at = at.Parents.FirstOrDefault())
            words.Push(at is RootCommand ? "weir" : at.Name);
        return string.Join(' ', words);
    }

    public static string Usage(Command command)
    {
        var text = new StringBuilder(PathOf(command));
        if (Verbs(command).Any()) text.Append(command.Action is null ? " VERB" : " [VERB]");
        foreach (var argument in command.Arguments) text.Append(' ').Append(NameOf(argument));
        if (Options(command).Any()) text.Append(" [OPTIONS]");
        return text.ToString();
    }

    public static IEnumerable<Command> Verbs(Command command) => command.Subcommands.Where(verb => !verb.Hidden);

    public static IEnumerable<Option> Options(Command command) =>
        command.Options.Where(option => !option.Hidden && (command is RootCommand || !option.Recursive));

    public static string NameOf(Argument argument)
    {
        var name = argument.Name.ToUpperInvariant();
        if (argument.Arity.MaximumNumberOfValues > 1) name += "...";
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }

    public static string SignatureOf(Option option)
    {
        var names = option.Aliases.Where(alias => alias.StartsWith('-')).Append(option.Name)
            .Where(name => name is not ("-?" or "/?" or "/h")).OrderBy(name => name.Length);
        var value = option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool)
            ? " " + option.HelpName
            : "";
        return string.Join(", ", names) + value;
    }

    private static (string Left, string Right) Row(Option option) =>
        (SignatureOf(option), (option.Description ?? "") + (option.Required ? " Required." : ""));

    private static void Section(StringBuilder text, string title, IEnumerable<(string Left, string Right)> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0) return;
        var width = all.Max(row => row.Left.Length) + Gap;
        text.Append('\n').Append(title).Append(":\n");
        foreach (var (left, right) in all)
            text.Append("  ").Append(left.PadRight(width)).Append(right).Append('\n');
    }
}
