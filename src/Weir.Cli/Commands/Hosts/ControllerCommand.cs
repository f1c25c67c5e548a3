using System.CommandLine;

namespace Weir.Cli.Commands.Hosts;

internal static class ControllerCommand
{
    public static Command Create(CommandContext context) =>
        context.Does(new Command("controller", "?"), (_, _) => throw new NotSupportedException());
}
