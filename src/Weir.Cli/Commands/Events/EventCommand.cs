using System.CommandLine;

namespace Weir.Cli.Commands.Events;

internal static class EventCommand
{
    public static Command Create(CommandContext context) => new("event", "Follow what changes.")
    {
        TailCommand.Create(context),
    };
}
