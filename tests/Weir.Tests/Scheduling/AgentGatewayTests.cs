using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Statuses;
using Weir.Engine.Running;
using Weir.Engine.Scheduling;

namespace Weir.Tests.Scheduling;

public sealed class AgentGatewayTests
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task The_same_nonce_gets_the_same_answer()
    {
        var rig = new GatewayRig();
        await rig.StartAsync("a");
        await rig.StartAsync("a");
        var first = await rig.ClaimAsync(1, slots: 1);
        var second = await rig.ClaimAsync(1, slots: 1);
        Assert.Equal(Assert.Single(first).Fence, Assert.Single(second).Fence);
        Assert.NotEqual(first[0].Fence, Assert.Single(await rig.ClaimAsync(2, slots: 1)).Fence);
    }

    [Fact]
    public async Task A_claim_that_arrives_after_a_newer_one_takes_nothing()
    {
        var rig = new GatewayRig();
        await rig.ClaimAsync(2, slots: 1);
        await rig.StartAsync("a");
        Assert.Empty(await rig.ClaimAsync(1, slots: 1));
        Assert.Single(await rig.ClaimAsync(3, slots: 1));
    }

    [Fact]
    public async Task A_renewal_frees_what_was_answered_and_is_not_held()
    {
        var rig = new GatewayRig();
        var run = await rig.StartAsync("a");
        await rig.ClaimAsync(1, slots: 1);
        await rig.Core.Gateway.RenewAsync(rig.Agent, new RenewRequest(new ClaimNonce(1, 1), []), Never);
        Assert.Equal(StepPhase.Queued, (await rig.Core.Keeper.LoadAsync(run, Never))!.Steps[0].Phase);
    }

    [Fact]
    public async Task A_renewal_that_knows_nothing_of_a_claim_leaves_its_leases_alone()
    {
        var rig = new GatewayRig();
        var run = await rig.StartAsync("a");
        await rig.ClaimAsync(2, slots: 1);
        await rig.Core.Gateway.RenewAsync(rig.Agent, new RenewRequest(new ClaimNonce(1, 1), []), Never);
        Assert.Equal(StepPhase.Leased, (await rig.Core.Keeper.LoadAsync(run, Never))!.Steps[0].Phase);
    }

    [Fact]
    public async Task Logs_of_someone_without_the_lease_are_refused()
    {
        var rig = new GatewayRig();
        await rig.StartAsync("a");
        var fence = Assert.Single(await rig.ClaimAsync(1, slots: 1)).Fence;
        LogPiece[] piece = [new(LogStream.Stdout, 0, 0, "x"u8.ToArray())];
        var taken = await rig.Core.Gateway.AppendLogAsync(rig.Agent, fence, piece, Never);
        Assert.Equal((WriteVerdict.Accepted, 1), (taken.Verdict, taken.StdoutThrough));
        var stale = await rig.Core.Gateway.AppendLogAsync(rig.Agent, fence with { Lease = 99 }, piece, Never);
        Assert.Equal(WriteVerdict.Fenced, stale.Verdict);
        var stranger = await rig.Core.Gateway.AppendLogAsync(rig.Agent with { Id = "other" }, fence, piece, Never);
        Assert.Equal(WriteVerdict.Fenced, stranger.Verdict);
    }

    [Fact]
    public async Task Reports_of_someone_without_the_lease_are_refused()
    {
        var rig = new GatewayRig();
        var run = await rig.StartAsync("a");
        var fence = Assert.Single(await rig.ClaimAsync(1, slots: 1)).Fence;
        var other = rig.Agent with { Id = "other" };
        var report = await rig.Core.Gateway.ReportAsync(other, new ReportRequest(fence) { Runtime = "fake" }, Never);
        Assert.Equal(WriteVerdict.Fenced, report.Verdict);
        var finish = await rig.Core.Gateway.FinishAsync(other, Success(fence), Never);
        Assert.Equal(WriteVerdict.Fenced, finish.Verdict);
        Assert.Equal(StepPhase.Leased, (await rig.Core.Keeper.LoadAsync(run, Never))!.Steps[0].Phase);
        finish = await rig.Core.Gateway.FinishAsync(rig.Agent, Success(fence), Never);
        Assert.Equal(WriteVerdict.Accepted, finish.Verdict);
    }

    [Fact]
    public async Task A_finish_hands_out_the_next_step_in_passing()
    {
        var rig = new GatewayRig();
        await rig.StartAsync("a");
        await rig.StartAsync("b");
        var fence = Assert.Single(await rig.ClaimAsync(1, slots: 1)).Fence;
        var answer = await rig.Core.Gateway.FinishAsync(
            rig.Agent, Success(fence) with { ClaimNonce = new ClaimNonce(1, 2), FreeSlots = 1, Runtimes = ["fake"] },
            Never);
        Assert.Equal(WriteVerdict.Accepted, answer.Verdict);
        Assert.NotEqual(fence.Run, Assert.Single(answer.Next).Fence.Run);
    }

    [Fact]
    public async Task An_agent_that_was_silent_past_its_lease_goes_on_when_it_returns()
    {
        var rig = new GatewayRig();
        var run = await rig.StartAsync("a");
        var fence = Assert.Single(await rig.ClaimAsync(1, slots: 1)).Fence;
        rig.Time.Advance(TimeSpan.FromSeconds(31));
        await rig.Core.Timers.RunOnceAsync(new LeaderTerm(0), Never);
        Assert.Equal(StepPhase.Unreachable, (await rig.Core.Keeper.LoadAsync(run, Never))!.Steps[0].Phase);
        var renewed = await rig.Core.Gateway.RenewAsync(
            rig.Agent, new RenewRequest(new ClaimNonce(1, 1), [fence]), Never);
        Assert.Equal(LeaseVerdict.Held, Assert.Single(renewed.Answers).Verdict);
        Assert.Equal(StepPhase.Leased, (await rig.Core.Keeper.LoadAsync(run, Never))!.Steps[0].Phase);
        Assert.Empty(await rig.Store.ListExpiredLeasesAsync(rig.Time.GetUtcNow(), 10, Never));
    }

    [Fact]
    public async Task A_waiting_claim_is_woken_by_a_run_that_starts()
    {
        var rig = new GatewayRig();
        var waiting = rig.Core.Gateway.ClaimAsync(
            rig.Agent, new ClaimRequest(new ClaimNonce(1, 1), 1, 30_000) { Runtimes = ["fake"] }, Never);
        Assert.False(waiting.IsCompleted);
        await rig.StartAsync("a");
        Assert.Single((await waiting).Assignments);
    }

    [Fact]
    public async Task Cancel_reaches_the_agent_by_channel_renewal_and_report()
    {
        var rig = new GatewayRig();
        var run = await rig.StartAsync("a");
        var fence = Assert.Single(await rig.ClaimAsync(1, slots: 1)).Fence;
        await rig.Core.Runs.CancelAsync("default", run, "ann", Never);
        Assert.Equal(ChannelMessageKind.Stop, (await rig.Core.Gateway.NextMessageAsync(rig.Agent, Never)).Kind);
        var renewed = await rig.Core.Gateway.RenewAsync(
            rig.Agent, new RenewRequest(new ClaimNonce(1, 1), [fence]), Never);
        Assert.Equal(LeaseVerdict.Stop, Assert.Single(renewed.Answers).Verdict);
        Assert.True((await rig.Core.Gateway.ReportAsync(rig.Agent, new ReportRequest(fence), Never)).Stop);
    }

    [Fact]
    public async Task A_namespace_that_the_agent_may_not_serve_is_passed_over()
    {
        var rig = new GatewayRig();
        await rig.StartAsync("a");
        var elsewhere = rig.Agent with { Namespaces = ["other"] };
        var answer = await rig.Core.Gateway.ClaimAsync(
            elsewhere, new ClaimRequest(new ClaimNonce(1, 1), 1, 0) { Runtimes = ["fake"] }, Never);
        Assert.Empty(answer.Assignments);
    }

    private static FinishRequest Success(AttemptFence fence) =>
        new(fence, new AttemptOutcome(RunStatus.Success, ReasonCode.None));
}
