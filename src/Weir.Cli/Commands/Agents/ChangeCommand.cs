using System.CommandLine;
using Weir.Contracts.Agents;
using Weir.Contracts.Client;
using Weir.Contracts.Json;

namespace Weir.Cli.Commands.Agents;

/// <summary>The verbs that change an agent's state: all take an agent and answer with it.</summary>
internal static class ChangeCommand
{
    public static Command Approve(CommandContext context) => Create(
        context, new Command("approve", "Let a pending agent work."),
        (agents, agent, stop) => agents.ApproveAsync(agent, stop), "may work now");

    public static Command Drain(CommandContext context) => Create(
        context, new Command("drain", "Let an agent finish what it has and take nothing more."),
        (agents, agent, stop) => agents.DrainAsync(agent, stop), "finishes what it has and takes nothing more");

    public static Command Resume(CommandContext context) => Create(
        context, new Command("resume", "Let a draining agent take work again."),
        (agents, agent, stop) => agents.ResumeAsync(agent, stop), "takes work again");

    public static Command Revoke(CommandContext context) => Create(
        context, new Command("revoke", "Shut an agent out for good; its key opens nothing any more."),
        (agents, agent, stop) => agents.RevokeAsync(agent, stop), "is shut out");

    private static Command Create(
        CommandContext context, Command command, Func<AgentsClient, string, CancellationToken, Task<AgentView>> change,
        string said)
    {
        var name =
            new Argument<string>("agent") { Description = "The agent's id, a unique suffix of it, or its name." };
        command.Add(name);
        return context.Asks(command, async (call, cancellationToken) =>
        {
            var agent = await change(call.Client.Agents, call.Value(name), cancellationToken);
            call.Printer.Write(agent, WeirJson.Default.AgentView, changed => [$"agent '{changed.Name}' {said}"]);
            return ExitCodes.Ok;
        });
    }
}
