using Weir.Cli.Output;
using Weir.Contracts.Agents;

namespace Weir.Cli.Commands.Agents;

internal static class AgentTable
{
    public static Table<AgentView> At(DateTimeOffset now) => new(
    [
        new("ID", agent => agent.Id),
        new("NAME", agent => agent.Name),
        new(
            "STATE",
            agent => Words.Of(agent.State) + agent switch
            {
                { State: AgentState.Active, Online: false } => " (away)",
                { State: AgentState.Active, Paused: not null } => " (paused)",
                _ => "",
            })
        {
            Paint = (palette, agent, text) =>
                agent is { State: AgentState.Active, Online: true, Paused: null }
                    ? palette.Good(text)
                    : palette.Warning(text),
        },
        new("BUSY", agent => $"{agent.Busy}/{agent.Slots}"),
        new("RUNTIMES", agent => string.Join(',', agent.Runtimes)),
        new("LABELS", agent => Words.Of(agent.Labels)),
        new("SEEN", agent => Elapsed.Ago(agent.LastSeen, now)),
    ]);
}
