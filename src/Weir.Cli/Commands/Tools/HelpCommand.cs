using System.CommandLine;
using Weir.Cli.Help;

namespace Weir.Cli.Commands.Tools;

internal static class HelpCommand
{
    public static Command Create(CommandContext context)
    {
        var markdown = new Option<bool>("--markdown") { Description = "As Markdown." };
        return context.Does(
            new Command("help", "Print the help of all commands as one page.") { markdown }.AsHidden(),
            (invocation, _) =>
            {
                var root = CommandTree.Build(invocation.Host, arguments: null);
                invocation.Host.Output.Write(invocation.Value(markdown) ? MarkdownHelp.Of(root) : HelpText.Of(root));
                return Task.FromResult(ExitCodes.Ok);
            });
    }

    private static Command AsHidden(this Command command)
    {
        command.Hidden = true;
        return command;
    }
}
