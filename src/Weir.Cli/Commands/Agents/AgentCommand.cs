using System.CommandLine;
using Weir.Cli.Commands.Hosts;

namespace Weir.Cli.Commands.Agents;

internal static class AgentCommand
{
    public static Command Create(CommandContext context) => RunAgentCommand.Attach(Verbs(context), context);

    private static Command Verbs(CommandContext context) => new("agent", "Start an agent, or look after agents.")
    {
        ListCommand.Create(context),
        ChangeCommand.Approve(context),
        ChangeCommand.Drain(context),
        ChangeCommand.Resume(context),
        ChangeCommand.Revoke(context),
        JoinTokenCommand.Create(context),
    };
}
