using System.CommandLine;

namespace Weir.Cli.Commands.Secrets;

internal static class SecretCommand
{
    public static Command Create(CommandContext context) =>
        new("secret", "Keep secrets of a namespace; their values never come back.")
        {
            SetCommand.Create(context),
            ListCommand.Create(context),
            DeleteCommand.Create(context),
            RotateCommand.Create(context),
        };
}
