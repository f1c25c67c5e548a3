using System.CommandLine;

namespace Weir.Cli.Commands.Flows;

internal static class FlowCommand
{
    public static Command Create(CommandContext context) => new("flow", "Keep flows at the controller.")
    {
        CreateCommand.Create(context),
        ListCommand.Create(context),
        GetCommand.Create(context),
        DeleteCommand.Create(context),
    };
}
