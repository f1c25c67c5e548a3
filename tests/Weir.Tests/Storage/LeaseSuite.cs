using Weir.Contracts.AgentProtocol;
using Weir.Engine.Storage;

namespace Weir.Tests.Storage;

public abstract class LeaseSuite : StoreSuite
{
    [Fact]
    public async Task Finds_a_lease_by_step_and_by_agent_in_the_order_of_its_claims()
    {
        var (first, second, third) = (
            Samples.Lease("r1", lease: 5) with { Ordinal = 1 },
            Samples.Lease("r2", lease: 5),
            Samples.Lease("r3", lease: 4));
        await Commit(new Commit { Lease = [first, second, third, Samples.Lease("r4", agent: "bob")] }).Done();
        Assert.Equal([third, second, first], await Records.ListLeasesAsync("ann", Token));
        Assert.Equal(second, await Records.GetLeaseAsync("r2", "test", Token));
        Assert.Null(await Records.GetLeaseAsync("r2", "other", Token));
        Assert.Equal(
            new Dictionary<string, int> { ["default"] = 4 }, (await Records.CountLeasesAsync(Token)).ToDictionary());
    }

    [Fact]
    public async Task Tells_what_a_claim_leased_and_is_still_held_in_its_order()
    {
        var (first, second) = (Samples.Lease("r1") with { Ordinal = 1 }, Samples.Lease("r2"));
        await Commit(
            new Commit { Lease = [first, second, Samples.Lease("r3", lease: 8), Samples.Lease("r4", agent: "bob")] })
            .Done();
        Assert.Equal([second, first], await Records.ListClaimedAsync("ann", first.Nonce, Token));
        await Commit(new Commit { Unlease = [second.Key] }).Done();
        Assert.Equal([first], await Records.ListClaimedAsync("ann", first.Nonce, Token));
        Assert.Empty(await Records.ListClaimedAsync("ann", new ClaimNonce(2, 7), Token));
        Assert.Empty(await Records.ListClaimedAsync("eve", first.Nonce, Token));
    }

    [Fact]
    public async Task The_same_claim_cannot_lease_twice()
    {
        await Commit(new Commit { Lease = [Samples.Lease("r1")] }).Done();
        Assert.Equal(ConflictKind.ClaimNonce, await Commit(new Commit { Lease = [Samples.Lease("r2")] }).Refused());
        await Commit(new Commit { Lease = [Samples.Lease("r2", ordinal: 1)] }).Done();
        await Commit(new Commit { Lease = [Samples.Lease("r3", agent: "bob")] }).Done();
    }

    [Fact]
    public async Task A_leased_step_cannot_be_leased_to_another()
    {
        await Commit(new Commit { Lease = [Samples.Lease("r1")] }).Done();
        var other = Samples.Lease("r1", lease: 8, agent: "bob");
        Assert.Equal(ConflictKind.Lease, await Commit(new Commit { Lease = [other] }).Refused());
        await Commit(new Commit { Unlease = [Samples.Lease("r1").Key], Lease = [other] }).Done();
        Assert.Equal(other, await Records.GetLeaseAsync("r1", "test", Token));
        Assert.Empty(await Records.ListLeasesAsync("ann", Token));
    }

    [Fact]
    public async Task Only_the_lease_of_that_number_is_ended()
    {
        await Commit(new Commit { Lease = [Samples.Lease("r1", lease: 7)] }).Done();
        var stale = new Commit { Unlease = [new LeaseKey("r1", "test", 6)], Events = [Samples.Event("r1")] };
        Assert.Equal(ConflictKind.Lease, await Commit(stale).Refused());
        await Commit(new Commit { Unlease = [new LeaseKey("r1", "test", 7)] }).Done();
        Assert.Equal(
            ConflictKind.Lease, await Commit(new Commit { Unlease = [new LeaseKey("r1", "test", 7)] }).Refused());
        Assert.Empty(await Records.CountLeasesAsync(Token));
        Assert.Equal(0, await Records.LastEventAsync(Token));
    }

    [Fact]
    public async Task What_rests_on_the_end_of_a_lease_is_refused_when_it_was_renewed_meanwhile()
    {
        var lease = Samples.Lease("r1");
        await Commit(new Commit { Lease = [lease] }).Done();
        var rescue = new Commit { Ended = [new LeaseEnd(lease.Key, Samples.At(31))], Unlease = [lease.Key] };
        Assert.Equal([true], await Records.RenewLeasesAsync("ann", [lease.Fence], Samples.At(31), Token));
        Assert.Equal(ConflictKind.LeaseNotEnded, await Commit(rescue).Refused());
        var other = new LeaseEnd(lease.Key with { Lease = 8 }, Samples.At(99));
        Assert.Equal(ConflictKind.LeaseNotEnded, await Commit(rescue with { Ended = [other] }).Refused());
        await Commit(rescue with { Ended = [new LeaseEnd(lease.Key, Samples.At(32))] }).Done();
        Assert.Empty(await Records.ListLeasesAsync("ann", Token));
    }

    [Fact]
    public async Task Renews_only_what_is_still_the_agents_own()
    {
        var mine = Samples.Lease("r1");
        await Commit(new Commit { Lease = [mine, Samples.Lease("r2", agent: "bob")] }).Done();
        AttemptFence[] fences =
        [
            new("r2", "test", 1, 7), mine.Fence, mine.Fence with { Lease = 6 }, mine.Fence with { Attempt = 2 },
            mine.Fence with { Run = "r9" },
        ];
        Assert.Equal(
            [false, true, false, false, false], await Records.RenewLeasesAsync("ann", fences, Samples.At(60), Token));
        Assert.Equal(Samples.At(60), (await Records.GetLeaseAsync("r1", "test", Token))!.Until);
        Assert.Equal(Samples.At(30), (await Records.GetLeaseAsync("r2", "test", Token))!.Until);
        Assert.Equal([true], await Records.RenewLeasesAsync("ann", [mine.Fence], Samples.At(50), Token));
        Assert.Equal(Samples.At(60), (await Records.GetLeaseAsync("r1", "test", Token))!.Until);
    }

    [Fact]
    public async Task Tells_which_leases_ended_earliest_first()
    {
        await Commit(new Commit
        {
            Lease =
            [
                Samples.Lease("r1") with { Until = Samples.At(30) },
                Samples.Lease("r2", ordinal: 1) with { Until = Samples.At(10) },
                Samples.Lease("r3", ordinal: 2) with { Until = Samples.At(20) },
            ],
        }).Done();
        Assert.Empty(await Expired(10, 9));
        Assert.Equal(["r2", "r3"], await Expired(30, 9));
        Assert.Equal(["r2"], await Expired(30, 1));
        await Records.ExtendAllLeasesAsync(Samples.At(25), Token);
        Assert.Empty(await Expired(25, 9));
        Assert.Equal(["r2", "r3"], await Expired(26, 9));
    }

    private async Task<IEnumerable<string>> Expired(int second, int limit) =>
        (await Records.ListExpiredLeasesAsync(Samples.At(second), limit, Token)).Select(row => row.Fence.Run);
}
