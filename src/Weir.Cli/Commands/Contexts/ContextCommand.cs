using System.CommandLine;

namespace Weir.Cli.Commands.Contexts;

internal static class ContextCommand
{
    public static Command Create(CommandContext context) =>
        new("context", "Remember controllers and choose between them.")
    {
        ListCommand.Create(context),
        UseCommand.Create(context),
        SetCommand.Create(context),
        ShowTokenCommand.Create(context),
    };
}
