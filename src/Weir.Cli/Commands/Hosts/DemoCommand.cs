using System.CommandLine;

namespace Weir.Cli.Commands.Hosts;

internal static class DemoCommand
{
    public static Command Create(CommandContext context) =>
        context.Does(new Command("demo", "?"), (_, _) => throw new NotSupportedException());
}
