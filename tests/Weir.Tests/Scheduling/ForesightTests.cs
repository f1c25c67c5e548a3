using Weir.Contracts.AgentProtocol;
using Weir.Engine.Planning;

namespace Weir.Tests.Scheduling;

public sealed class ForesightTests
{
    private static readonly PlanStep First = new() { Name = "one", Image = "a", Commands = ["one"] };

    [Fact]
    public async Task An_assignment_tells_what_comes_next_and_not_what_it_does()
    {
        var next = Assert.Single(await NextAsync(
            First,
            new PlanStep
            {
                Name = "two",
                Image = "b:${{ run.number }}",
                Commands = ["two"],
                WorkspaceFrom = "one",
                Shell = "bash",
                Limits = new() { Pids = 7 },
                Disconnect = TimeSpan.Zero,
            },
            new PlanStep { Name = "three", Image = "c", Commands = ["three"] }));
        Assert.Equal(
            new NextStep("two")
            {
                Image = "b:1",
                Shell = "bash",
                Limits = new() { Pids = 7 },
                DiesWithAgent = true,
                Workspace = NextWorkspace.TakenOver,
            },
            next);
    }

    [Fact]
    public async Task A_workspace_that_will_be_copied_cannot_be_foreseen_and_an_empty_one_can()
    {
        var next = await NextAsync(
            First,
            new PlanStep { Name = "b", Image = "b", Commands = ["b"], Needs = ["one"], WorkspaceFrom = "one" },
            new PlanStep { Name = "c", Image = "c", Commands = ["c"], Needs = ["one"], WorkspaceFrom = "one" },
            new PlanStep { Name = "d", Image = "d", Commands = ["d"], Needs = ["one"] });
        Assert.Equal(
            [("b", NextWorkspace.Unknown), ("c", NextWorkspace.Unknown), ("d", NextWorkspace.Empty)],
            next.Select(step => (step.Step, step.Workspace)));
    }

    [Fact]
    public async Task Only_what_this_agent_would_get_is_foreseen()
    {
        Assert.Empty(await NextAsync(First, First with { Name = "two", When = "failure()" }));
        Assert.Empty(await NextAsync(First, new PlanStep { Name = "two", Commands = ["two"], Runtime = "process" }));
        Assert.Empty(await NextAsync(
            First, First with { Name = "two", Labels = First.Labels.Add("gpu", "true") }));
        Assert.Empty(await NextAsync(
            First, First with { Name = "two", Image = "${{ steps.one.outputs.image }}" }));
        Assert.Empty(await NextAsync(First));
    }

    [Fact]
    public async Task A_step_that_waits_for_another_one_too_is_not_next()
    {
        var rig = new GatewayRig();
        await rig.StartAsync(
            First with { Needs = [] }, First with { Name = "two", Needs = [] },
            First with { Name = "three", Needs = ["one", "two"] });
        var both = await rig.ClaimAsync(1, slots: 2);
        Assert.Equal(2, both.Count);
        Assert.All(both, one => Assert.Empty(one.Next));
    }

    private static async Task<IReadOnlyList<NextStep>> NextAsync(params PlanStep[] steps)
    {
        var rig = new GatewayRig();
        await rig.StartAsync(steps);
        return Assert.Single(await rig.ClaimAsync(1, slots: 1)).Next;
    }
}
