using Weir.Engine.Scheduling;

namespace Weir.Testing.Simulation;

/// <summary>Kills, restarts and cuts off, until the given time; then everything is up and the line is good.</summary>
internal sealed class SimChaos(SimWorld world, Safeguards safeguards, DateTimeOffset until)
{
    /// <summary>Continuations that a process to be killed may run before it is.</summary>
    private const int MostSpared = 60;
    private static readonly TimeSpan LongestAway = TimeSpan.FromSeconds(100);

    public async Task RunAsync()
    {
        await Task.WhenAll(CrashAsync(), PartitionAsync());
        var left = until - world.Clock.GetUtcNow();
        if (left > TimeSpan.Zero) await Task.Delay(left, world.Clock);
        world.Faults = SimFaults.None;
        for (var i = 0; i < world.Controllers.Length; i++)
        {
            if (world.Controllers[i] is null) world.StartController(i, safeguards);
            world.Controllers[i]!.IsCutFromStore = false;
        }

        foreach (var agent in world.Agents)
        {
            agent.IsCut = false;
            agent.CutFrom.Clear();
            if (!agent.IsUp && !agent.IsGone) agent.Start();
        }

        if (world.Agents.TrueForAll(a => a.IsGone)) world.Agents.Add(new SimAgent(world, world.Agents.Count));
    }

    private async Task CrashAsync()
    {
        while (await NextAsync(world.Faults.CrashEvery))
        {
            if (world.Random.Next(3) == 0 && world.AnyController() is { } controller)
                _ = CrashControllerAsync(controller.Number);
            else if (world.Agents[world.Random.Next(world.Agents.Count)] is { IsUp: true } agent)
                _ = CrashAgentAsync(agent);
        }
    }

    private async Task PartitionAsync()
    {
        while (await NextAsync(world.Faults.PartitionEvery))
        {
            if (world.HasSeveralControllers && world.Random.Next(2) == 0)
            {
                _ = PartControllerAsync();
                continue;
            }

            var agent = world.Agents[world.Random.Next(world.Agents.Count)];
            world.Trace($"{agent.Id} is cut off");
            agent.IsCut = true;
            _ = ReconnectAsync(agent);
        }
    }

    // Between any two continuations: timers alone would find a process with all its work done.
    private async Task<bool> IsInTheMiddleAsync(SimProcess? process)
    {
        if (process is null) return false;
        await process.AfterAsync(world.Random.Next(MostSpared));
        return !process.IsDead && world.Clock.GetUtcNow() < until;
    }

    private async Task<bool> NextAsync(TimeSpan every)
    {
        if (every == TimeSpan.Zero) return false;
        await world.PassAsync(2 * every);
        return world.Clock.GetUtcNow() < until;
    }

    private async Task CrashControllerAsync(int number)
    {
        if (!await IsInTheMiddleAsync(world.Controllers[number]?.Process)) return;
        world.KillController(number);
        await world.PassAsync(LongestAway);
        if (world.Controllers[number] is null) world.StartController(number, safeguards);
    }

    /// <summary>Parts a controller from the store, or from one of the agents, for a while.</summary>
    private async Task PartControllerAsync()
    {
        if (world.AnyController() is not { } controller) return;
        var agent = world.Random.Next(2) == 0 ? null : world.Agents[world.Random.Next(world.Agents.Count)];
        world.Trace($"controller {controller.Number} is parted from {agent?.Id ?? "the store"}");
        if (agent is null) controller.IsCutFromStore = true;
        else agent.CutFrom.Add(controller.Number);
        await world.PassAsync(LongestAway);
        if (agent is null) controller.IsCutFromStore = false;
        else agent.CutFrom.Remove(controller.Number);
    }

    private async Task CrashAgentAsync(SimAgent agent)
    {
        if (!await IsInTheMiddleAsync(agent.Process)) return;
        agent.Kill();
        if (world.Faults.AgentsDieForGood && world.Random.Next(2) == 0)
        {
            agent.IsGone = true;
            return;
        }

        await world.PassAsync(LongestAway);
        if (!agent.IsUp && !agent.IsGone) agent.Start();
    }

    private async Task ReconnectAsync(SimAgent agent)
    {
        await world.PassAsync(LongestAway);
        agent.IsCut = false;
        world.Trace($"{agent.Id} is back");
    }
}
