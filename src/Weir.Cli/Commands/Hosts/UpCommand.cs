using System.CommandLine;

namespace Weir.Cli.Commands.Hosts;

internal static class UpCommand
{
    public static Command Create(CommandContext context) =>
        context.Does(new Command("up", "?"), (_, _) => throw new NotSupportedException());
}
