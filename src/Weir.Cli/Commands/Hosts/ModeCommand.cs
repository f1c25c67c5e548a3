using System.CommandLine;

namespace Weir.Cli.Commands.Hosts;

internal static class ModeCommand
{
    public static void Attach(RootCommand root, CommandContext context) => _ = (root, context);
}
