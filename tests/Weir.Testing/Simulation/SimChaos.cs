using Weir.Engine.Scheduling;

namespace Weir.Testing.Simulation;

/// <summary>Kills, restarts and cuts off, until the given time; then everything is up and the line is good.</summary>
internal sealed class SimChaos(SimWorld world, Safeguards safeguards, DateTimeOffset until)
{
    private static readonly TimeSpan LongestAway = TimeSpan.FromSeconds(100);

    public async Task RunAsync()
    {
        await Task.WhenAll(CrashAsync(), PartitionAsync());
        var left = until - world.Clock.GetUtcNow();
        if (left > TimeSpan.Zero) await Task.Delay(left, world.Clock);
        world.Faults = SimFaults.None;
        if (world.Controller is null) world.StartController(safeguards);
        foreach (var agent in world.Agents)
        {
            agent.IsCut = false;
            if (!agent.IsUp && !agent.IsGone) agent.Start();
        }

        if (world.Agents.TrueForAll(a => a.IsGone)) world.Agents.Add(new SimAgent(world, world.Agents.Count));
    }

    private async Task CrashAsync()
    {
        while (await NextAsync(world.Faults.CrashEvery))
        {
            if (world.Random.Next(3) == 0 && world.Controller is not null) _ = CrashControllerAsync();
            else if (world.Agents[world.Random.Next(world.Agents.Count)] is { IsUp: true } agent)
                _ = CrashAgentAsync(agent);
        }
    }

    private async Task PartitionAsync()
    {
        while (await NextAsync(world.Faults.PartitionEvery))
        {
            var agent = world.Agents[world.Random.Next(world.Agents.Count)];
            world.Trace($"{agent.Id} is cut off");
            agent.IsCut = true;
            _ = ReconnectAsync(agent);
        }
    }

    private async Task<bool> NextAsync(TimeSpan every)
    {
        if (every == TimeSpan.Zero) return false;
        await world.PassAsync(2 * every);
        return world.Clock.GetUtcNow() < until;
    }

    private async Task CrashControllerAsync()
    {
        world.KillController();
        await world.PassAsync(LongestAway);
        if (world.Controller is null) world.StartController(safeguards);
    }

    private async Task CrashAgentAsync(SimAgent agent)
    {
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
