using System.CommandLine;

namespace Weir.Cli.Commands.Tokens;

internal static class TokenCommand
{
    public static Command Create(CommandContext context) => new("token", "Look after tokens of people and programs.")
    {
        CreateCommand.Create(context),
        ListCommand.Create(context),
        RevokeCommand.Create(context),
    };
}
