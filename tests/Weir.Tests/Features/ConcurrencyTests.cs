using System.Text.Json;
using Weir.Contracts.Client;
using Weir.Contracts.Problems;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Testing;

namespace Weir.Tests.Features;

public sealed class ConcurrencyTests
{
    [Fact]
    public async Task The_next_run_of_a_group_begins_when_the_one_before_has_ended()
    {
        await using var controller = await TestController.StartAsync();
        using var agent = await TestControllerAgent.JoinAsync(controller);
        var runs = controller.Admin.Runs;
        var first = await StartAsync(runs, "prod", "queue");
        var second = await StartAsync(runs, "prod", "queue");
        var other = await StartAsync(runs, "test", "queue");
        Assert.Equal(("deploy-prod", false), (first.Group, first.WaitsForGroup));
        Assert.Equal((RunStatus.Pending, true, false), (second.Status, second.WaitsForGroup, other.WaitsForGroup));
        var told = await runs.ExplainAsync(second.Id);
        Assert.Equal("it waits for the concurrency group deploy-prod, deploy#1 holds", told.Summary);

        var work = await agent.ClaimAsync(slots: 4);
        Assert.Equal([first.Id, other.Id], work.Select(w => w.Fence.Run));
        await agent.FinishAsync(RunTests.Success(work[0]));
        await Eventually.HoldsAsync(
            async () => !(await runs.GetAsync(second.Id)).WaitsForGroup, "the second is let in");
        Assert.Equal(second.Id, Assert.Single(await agent.ClaimAsync()).Fence.Run);
    }

    [Fact]
    public async Task A_new_run_may_cancel_those_before_it()
    {
        await using var controller = await TestController.StartAsync();
        var runs = controller.Admin.Runs;
        var first = await StartAsync(runs, "prod", "queue");
        var second = await StartAsync(runs, "prod", "queue");
        var third = await StartAsync(runs, "prod", "cancel");
        foreach (var old in new[] { first, second })
        {
            var ended = await runs.GetAsync(old.Id);
            Assert.Equal((RunStatus.Cancelled, ReasonCode.Superseded), (ended.Status, ended.Reason));
        }

        await Eventually.HoldsAsync(async () => !(await runs.GetAsync(third.Id)).WaitsForGroup, "the third is let in");
    }

    [Fact]
    public async Task A_new_run_may_be_skipped_and_the_group_survives_a_restart()
    {
        await using var controller = await TestController.StartAsync();
        var first = await StartAsync(controller.Admin.Runs, "prod", "skip");
        var waits = await StartAsync(controller.Admin.Runs, "prod", "queue");
        await controller.RestartAsync();
        var runs = controller.Admin.Runs;
        var skipped = await StartAsync(runs, "prod", "skip");
        Assert.Equal((RunStatus.Skipped, ReasonCode.Busy), (skipped.Status, skipped.Reason));
        await runs.CancelAsync(first.Id);
        await Eventually.HoldsAsync(async () => !(await runs.GetAsync(waits.Id)).WaitsForGroup, "the second is let in");
        await runs.CancelAsync(waits.Id);
        Assert.False((await StartAsync(runs, "prod", "skip")).WaitsForGroup);
    }

    [Fact]
    public async Task A_group_without_a_name_refuses_the_run()
    {
        await using var controller = await TestController.StartAsync();
        var request = new StartRunRequest
        {
            Definition = "name: f\nparams: { to: { type: string } }\nconcurrency: ${{ params.to }}\nsteps: [{ commands: x }]",
        };
        var refused = await Assert.ThrowsAsync<WeirApiException>(() => controller.Admin.Runs.StartAsync(request));
        Assert.Equal(ErrorCodes.FlowInvalid, refused.Code);
        Assert.Contains("`${{ params.to }}` is empty in this run", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<RunView> StartAsync(RunsClient runs, string to, string onBusy)
    {
        var request = new StartRunRequest
        {
            Definition = "name: deploy\nparams: { to: { type: string } }\n"
                + $"concurrency: {{ group: 'deploy-${{{{ params.to }}}}', on_busy: {onBusy} }}\n"
                + "steps: [{ name: go, commands: [x] }]",
            Params = new Dictionary<string, JsonElement> { ["to"] = JsonSerializer.SerializeToElement(to) },
        };
        return (await runs.StartAsync(request)).Run;
    }
}
