using Weir.Contracts.Agents;
using Weir.Engine.Scheduling;

namespace Weir.Tests.Scheduling;

public sealed class PlacementTests
{
    private static readonly Shape Wanted = new("commands\nlabel:gpu=true");

    [Fact]
    public void Each_agent_is_counted_by_what_it_lacks()
    {
        var placement = Placement.Of(
            Wanted, "default",
            [
                Agent("bare") with { Offer = new AgentOffer("1", new Dictionary<string, string>(), ["process"]) },
                Agent("full") with { Busy = 2 },
                Agent("full-too") with { Busy = 3 },
                Agent("gone") with { Online = false },
                Agent("leaving") with { State = AgentState.Draining },
                Agent("new") with { State = AgentState.Pending },
                Agent("theirs") with { Namespaces = ["other"] },
                Agent("shut-out") with { State = AgentState.Revoked },
            ]);

        Assert.Equal(
            "0/7 agents fit: 1 lacks label gpu=true, 2 busy, 1 draining, 1 offline, 1 not approved, "
                + "1 for other namespaces",
            placement.Summary);
        Assert.Equal(
        [
            "agent bare lacks label gpu=true",
            "agent full is busy: 2 of 2 slots",
            "agent full-too is busy: 3 of 2 slots",
            "agent gone is offline",
            "agent leaving is draining: `weir agent resume` lets it take work again",
            "agent new waits for `weir agent approve`",
        ], placement.Agents);
    }

    [Fact]
    public void What_an_agent_can_never_do_comes_before_its_state()
    {
        var other = new AgentOffer("1", new Dictionary<string, string>(), ["docker"]);
        var placement = Placement.Of(Wanted, "default", [Agent("a") with { Offer = other, Online = false }]);
        Assert.Equal("0/1 agents fit: 1 lacks the process runtime, label gpu=true", placement.Summary);
    }

    [Fact]
    public void One_that_fits_is_told_with_its_free_slots()
    {
        var placement = Placement.Of(Wanted, "default", [Agent("a") with { Busy = 1 }]);
        Assert.Equal("1/1 agents fit", placement.Summary);
        Assert.Equal("agent a fits and has 1 of 2 slots free", Assert.Single(placement.Agents));
    }

    [Fact]
    public void Without_agents_it_says_how_one_joins()
    {
        var placement = Placement.Of(Wanted, "default", []);
        Assert.Equal("no agent has joined", placement.Summary);
        Assert.Contains("join-token", Assert.Single(placement.Agents), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_first_of_many_are_named()
    {
        var placement = Placement.Of(
            Wanted, "default", [.. Enumerable.Range(0, 30).Select(i => Agent($"a{i}") with { Online = false })]);
        Assert.Equal("0/30 agents fit: 30 offline", placement.Summary);
        Assert.Equal((21, "and 10 more"), (placement.Agents.Count, placement.Agents[^1]));
    }

    private static AgentStanding Agent(string name) =>
        new(name, new AgentOffer(name, new Dictionary<string, string> { ["gpu"] = "true" }, ["process"]))
        {
            State = AgentState.Active, Online = true, Busy = 0, Slots = 2,
        };
}
