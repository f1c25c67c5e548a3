using Weir.Contracts.Statuses;
using Weir.Engine.Storage;

namespace Weir.Tests.Storage;

public abstract class RunSuite : StoreSuite
{
    [Fact]
    public async Task Keeps_a_run_with_its_steps_in_order()
    {
        var commit = Samples.Inserts(
            Samples.Run("r1")) with { Steps = [Samples.Step("r1", 1, "b"), Samples.Step("r1", 0, "a")] };
        Assert.Equal(1, (await Commit(commit).Done()).RunNumber);
        var rows = await Records.LoadRunAsync("r1", Token);
        Assert.Equal(Samples.Run("r1") with { Number = 1, Version = 1 }, rows!.Run);
        Assert.Equal([Samples.Step("r1", 0, "a"), Samples.Step("r1", 1, "b")], rows.Steps);
        Assert.Equal(rows.Run, await Records.GetRunAsync("r1", Token));
    }

    [Fact]
    public async Task A_run_may_have_no_steps_and_an_unknown_run_is_null()
    {
        await Commit(Samples.Inserts(Samples.Run("r1"))).Done();
        Assert.Empty((await Records.LoadRunAsync("r1", Token))!.Steps);
        Assert.Null(await Records.LoadRunAsync("r2", Token));
        Assert.Null(await Records.GetRunAsync("r2", Token));
    }

    [Fact]
    public async Task Replaces_a_run_at_its_version_and_keeps_what_never_changes()
    {
        await Commit(Samples.Inserts(Samples.Run("r1"))).Done();
        var ended = Samples.Ended(
            Samples.Run("r1", "other", "other")) with { Created = Samples.At(99), Revision = null };
        Assert.Equal(1, (await Commit(new Commit { Run = new RunWrite(ended, 1) }).Done()).RunNumber);
        var expected = ended with
        {
            Namespace = "default", Flow = "build", Created = Samples.Noon, Number = 1, Version = 2,
        };
        Assert.Equal(expected, await Records.GetRunAsync("r1", Token));
        Assert.Equal(ConflictKind.RunVersion, await Commit(new Commit { Run = new RunWrite(ended, 1) }).Refused());
        Assert.Equal(ConflictKind.RunVersion, await Commit(Samples.Inserts(ended)).Refused());
    }

    [Fact]
    public async Task Replaces_steps()
    {
        await Commit(Samples.Inserts(Samples.Run("r1")) with { Steps = [Samples.Step("r1", 0)] }).Done();
        var done = Samples.Step("r1", 0) with { Status = RunStatus.Success, Json = "{}" };
        await Commit(new Commit { Steps = [done] }).Done();
        Assert.Equal([done], (await Records.LoadRunAsync("r1", Token))!.Steps);
    }

    [Fact]
    public async Task Refuses_a_run_that_nothing_will_ever_look_at_again()
    {
        var commit = Samples.Inserts(Samples.Run("r1") with { Due = null }) with { Events = [Samples.Event("r1")] };
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Commit(commit));
        Assert.Null(await Records.GetRunAsync("r1", Token));
        Assert.Equal(1, (await Commit(Samples.Tells(Samples.Event("x"))).Done()).LastEvent);
    }

    [Theory]
    [InlineData(RunStatus.Running)]
    [InlineData(RunStatus.Failed)]
    public async Task The_status_of_a_run_never_leaves_an_end(RunStatus next)
    {
        await Commit(Samples.Inserts(Samples.Ended(Samples.Run("r1")))).Done();
        var write = new RunWrite(Samples.Run("r1") with { Status = next }, 1);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Commit(new Commit { Run = write }));
        Assert.Equal(RunStatus.Success, (await Records.GetRunAsync("r1", Token))!.Status);
    }

    [Fact]
    public async Task Numbers_runs_by_namespace_and_flow_and_never_gives_a_number_twice()
    {
        await Commit(Samples.Inserts(Samples.Run("r1"))).Done();
        await Commit(Samples.Inserts(Samples.Run("r2", flow: "other"))).Done();
        await Commit(Samples.Inserts(Samples.Run("r3", "other"))).Done();
        Assert.Equal(2, (await Commit(Samples.Inserts(Samples.Run("r4"))).Done()).RunNumber);
        await Commit(new Commit { DeleteRun = new RunDeletion("r4", 1) }).Done();
        Assert.Equal(3, (await Commit(Samples.Inserts(Samples.Run("r5"))).Done()).RunNumber);
        Assert.Equal("r5", (await Records.FindRunByNumberAsync("default", "build", 3, Token))!.Id);
        Assert.Equal("r2", (await Records.FindRunByNumberAsync("default", "other", 1, Token))!.Id);
        Assert.Null(await Records.FindRunByNumberAsync("default", "build", 2, Token));
    }

    [Fact]
    public async Task Deletes_a_run_with_all_that_hangs_on_it()
    {
        await Commit(Samples.Inserts(Samples.Run("r1")) with
        {
            Steps = [Samples.Step("r1", 0)],
            Enqueue = [Samples.Queued("r1", "a")],
            Lease = [Samples.Lease("r1", "b")],
            Events = [Samples.Event("r1")],
        }).Done();
        Assert.Equal(
            ConflictKind.RunVersion, await Commit(new Commit { DeleteRun = new RunDeletion("r1", 2) }).Refused());
        await Commit(new Commit { DeleteRun = new RunDeletion("r1", 1) }).Done();
        Assert.Null(await Records.LoadRunAsync("r1", Token));
        Assert.Empty(await Records.ListQueueHeadsAsync(Token));
        Assert.Empty(await Records.ListLeasesAsync("ann", Token));
        Assert.Null(await Records.NextDueAsync(Token));
        Assert.Single(await Records.ReadEventsAsync(0, "r1", 9, Token));
    }

    [Fact]
    public async Task Finds_runs_by_the_end_of_their_id()
    {
        foreach (var id in (string[])["01aaaxyz77", "01bbbxyz77", "01cccxyz77", "01dddq7"])
            await Commit(Samples.Inserts(Samples.Run(id))).Done();
        await Commit(Samples.Inserts(Samples.Run("01eeexyz77", "other"))).Done();
        Assert.Equal(["01bbbxyz77"], await BySuffix("bbbxyz77"));
        Assert.Equal(["01dddq7"], await BySuffix("01dddq7"));
        Assert.Equal(["01cccxyz77", "01bbbxyz77"], await BySuffix("xyz77"));
        Assert.Empty(await BySuffix("001dddq7"));
        Assert.Empty(await BySuffix("xyz%7"));
        Assert.Empty(await BySuffix(""));
    }

    [Fact]
    public async Task Lists_runs_newest_first_through_every_filter()
    {
        await InsertForLists();
        Assert.Equal(["r5", "r4", "r3", "r2", "r1"], await Ids(new RunQuery()));
        Assert.Equal(["r5", "r4"], await Ids(new RunQuery { Limit = 2 }));
        Assert.Equal(["r3", "r2"], await Ids(new RunQuery { Before = "r4", Limit = 2 }));
        Assert.Equal(["r4", "r3", "r1"], await Ids(new RunQuery { Namespace = "default" }));
        Assert.Equal(["r4", "r1"], await Ids(new RunQuery { Namespace = "default", Flow = "build" }));
        Assert.Equal(["r5", "r4", "r2", "r1"], await Ids(new RunQuery { Flow = "build" }));
        Assert.Equal(["r5", "r3"], await Ids(new RunQuery { Statuses = [RunStatus.Failed, RunStatus.Success] }));
        Assert.Equal(["r4", "r1"], await Ids(new RunQuery { Namespace = "default", Statuses = [RunStatus.Running] }));
        Assert.Equal(
            ["r2"], await Ids(new RunQuery { Namespace = "other", Before = "r5", Statuses = [RunStatus.Running] }));
        Assert.Equal(["r5", "r4", "r3"], await Ids(new RunQuery { CreatedSince = Samples.At(30) }));
        Assert.Equal(["r4"], await Ids(new RunQuery { Before = "r5", Flow = "build", CreatedSince = Samples.At(30) }));
        Assert.Empty(await Ids(new RunQuery { Before = "r1" }));
    }

    [Fact]
    public async Task Tells_which_runs_are_due_earliest_first()
    {
        foreach (var (id, due) in (ValueTuple<string, int>[])[("r1", 30), ("r2", 10), ("r3", 20), ("r4", 10)])
            await Commit(Samples.Inserts(Samples.Run(id) with { Due = Samples.At(due) })).Done();
        Assert.Equal(Samples.At(10), await Records.NextDueAsync(Token));
        Assert.Equal(
            ["r2", "r4", "r3"], (await Records.ListDueRunsAsync(Samples.At(20), 9, Token)).Select(run => run.Id));
        Assert.Equal(["r2"], (await Records.ListDueRunsAsync(Samples.At(20), 1, Token)).Select(run => run.Id));
        Assert.Empty(await Records.ListDueRunsAsync(Samples.At(10).AddMilliseconds(-1), 9, Token));
        await Commit(new Commit { Run = new RunWrite(Samples.Ended(Samples.Run("r2")), 1) }).Done();
        await Commit(new Commit { Run = new RunWrite(Samples.Run("r4") with { Due = Samples.At(15) }, 1) }).Done();
        Assert.Equal(Samples.At(15), await Records.NextDueAsync(Token));
    }

    [Fact]
    public async Task An_idempotency_key_is_taken_once()
    {
        var key = new IdempotencyRow("default", "k", "hash", "r1", Samples.Noon);
        await Commit(Samples.Inserts(Samples.Run("r1")) with { Idempotency = key }).Done();
        var again = Samples.Inserts(Samples.Run("r2")) with { Idempotency = key with { Run = "r2" } };
        Assert.Equal(ConflictKind.Idempotency, await Commit(again).Refused());
        Assert.Equal(key, await Records.GetIdempotencyAsync("default", "k", Token));
        Assert.Null(await Records.GetRunAsync("r2", Token));
        Assert.Null(await Records.GetIdempotencyAsync("other", "k", Token));
    }

    [Fact]
    public async Task A_plan_is_stored_once()
    {
        await Commit(new Commit { Plan = new PlanRow("sha256:1", "{}") }).Done();
        await Commit(new Commit { Plan = new PlanRow("sha256:1", "ignored") }).Done();
        Assert.Equal(new PlanRow("sha256:1", "{}"), await Records.GetPlanAsync("sha256:1", Token));
        Assert.Null(await Records.GetPlanAsync("sha256:2", Token));
    }

    [Fact]
    public async Task Instants_are_kept_to_the_millisecond_in_utc()
    {
        var created = new DateTimeOffset(2026, 11, 22, 14, 0, 0, TimeSpan.FromHours(2)).AddTicks(12_345);
        await Commit(Samples.Inserts(Samples.Run("r1") with { Created = created, Due = created })).Done();
        var run = await Records.GetRunAsync("r1", Token);
        Assert.Equal(Samples.Noon.AddMilliseconds(1), run!.Created);
        Assert.Equal(TimeSpan.Zero, run.Created.Offset);
        Assert.Equal(Samples.Noon.AddMilliseconds(1), run.Due);
    }

    private async Task InsertForLists()
    {
        RunRow[] rows =
        [
            Samples.Run("r1"),
            Samples.Run("r2", "other"),
            Samples.Ended(Samples.Run("r3", flow: "deploy"), RunStatus.Failed),
            Samples.Run("r4"),
            Samples.Ended(Samples.Run("r5", "other")),
        ];
        for (var i = 0; i < rows.Length; i++)
            await Commit(Samples.Inserts(rows[i] with { Created = Samples.At(10 * (i + 1)) })).Done();
    }

    private async Task<IEnumerable<string>> Ids(RunQuery query) =>
        (await Records.ListRunsAsync(query, Token)).Select(run => run.Id);

    private async Task<IEnumerable<string>> BySuffix(string suffix) =>
        (await Records.FindRunsBySuffixAsync("default", suffix, Token)).Select(run => run.Id);
}
