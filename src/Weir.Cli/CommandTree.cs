using System.CommandLine;
using Weir.Cli.Commands;
using Weir.Cli.Help;

namespace Weir.Cli;

/// <summary>All nouns and verbs. A noun's verbs are made only when the arguments name it, so that help comes
/// quickly.</summary>
internal static class CommandTree
{
    /// <param name="arguments">Null = make everything.</param>
    public static RootCommand Build(CliHost host, IReadOnlyList<string>? arguments)
    {
        var context = new CommandContext(host, new GlobalOptions());
        var root = new RootCommand("Runs flows of steps on machines you own.");
        foreach (var option in context.Options.All) root.Add(option);
        var all = arguments is null || arguments.Any(argument => argument is "help" or ['[', ..]);
        foreach (var noun in CommandTable.Nouns)
        {
            root.Add(all || arguments!.Contains(noun.Name)
                ? noun.Make(context)
                : new Command(noun.Name, noun.Description) { Hidden = noun.Hidden });
        }

        Commands.Hosts.ModeCommand.Attach(root, context);
        foreach (var option in root.Options)
        {
            if (option is System.CommandLine.Help.HelpOption help) help.Action = new HelpPrinter(host);
            if (option is VersionOption version) version.Action = new VersionPrinter(host);
        }

        return root;
    }
}
