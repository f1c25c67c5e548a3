using Weir.Engine.Storage;

namespace Weir.Tests.Storage;

public abstract class DocumentSuite : StoreSuite
{
    [Fact]
    public async Task Counts_the_versions_of_a_document_from_1()
    {
        await Commit(Samples.Writes(new DocumentWrite("flows/a", 0, "{}"))).Done();
        await Commit(Samples.Writes(new DocumentWrite("flows/a", 1, """{"n":2}"""))).Done();
        Assert.Equal(new Document("flows/a", 2, """{"n":2}"""), await Documents.GetAsync("flows/a", Token));
        Assert.Null(await Documents.GetAsync("flows/b", Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Refuses_a_write_at_another_version(long expected)
    {
        await Commit(Samples.Writes(new DocumentWrite("flows/a", 0, "{}"))).Done();
        Assert.Equal(
            ConflictKind.DocumentVersion,
            await Commit(Samples.Writes(new DocumentWrite("flows/a", expected, "[]"))).Refused());
        Assert.Equal(
            ConflictKind.DocumentVersion,
            await Commit(Samples.Writes(new DocumentWrite("flows/a", expected, null))).Refused());
        Assert.Equal("{}", (await Documents.GetAsync("flows/a", Token))!.Json);
    }

    [Fact]
    public async Task A_deleted_document_begins_again()
    {
        await Commit(Samples.Writes(new DocumentWrite("flows/a", 0, "{}"))).Done();
        await Commit(Samples.Writes(new DocumentWrite("flows/a", 1, null))).Done();
        Assert.Null(await Documents.GetAsync("flows/a", Token));
        await Commit(Samples.Writes(new DocumentWrite("flows/a", 0, "{}"))).Done();
        Assert.Equal(1, (await Documents.GetAsync("flows/a", Token))!.Version);
    }

    [Fact]
    public async Task Lists_a_prefix_in_pages()
    {
        foreach (var key in (string[])["flows/c", "flows/a", "flowt", "flows/b", "flow", "agents/a"])
            await Commit(Samples.Writes(new DocumentWrite(key, 0, "{}"))).Done();
        Assert.Equal(["flows/a", "flows/b"], await Keys("flows/", null, 2));
        Assert.Equal(["flows/c"], await Keys("flows/", "flows/b", 2));
        Assert.Equal(["flows/a", "flows/b", "flows/c"], await Keys("flows/", "agents/z", 9));
        Assert.Empty(await Keys("flows/", "flowt", 9));
        Assert.Empty(await Keys("runs/", null, 9));
        Assert.Equal(6, (await Keys("", null, 9)).Count());
    }

    [Fact]
    public async Task One_stale_document_stops_the_whole_commit()
    {
        await Commit(Samples.Writes(new DocumentWrite("a", 0, "{}"))).Done();
        var both = new Commit
        {
            Documents = [new DocumentWrite("b", 0, "{}"), new DocumentWrite("a", 0, "{}")],
            Events = [Samples.Event("b")],
        };
        var conflict = Assert.IsType<CommitOutcome.Conflict>(await Commit(both));
        Assert.Equal("a", conflict.What);
        Assert.Null(await Documents.GetAsync("b", Token));
        Assert.Equal(0, await Records.LastEventAsync(Token));
    }

    private async Task<IEnumerable<string>> Keys(string prefix, string? after, int limit) =>
        (await Documents.ListAsync(prefix, after, limit, Token)).Select(document => document.Key);

    [Fact]
    public async Task A_write_can_rest_on_a_document_that_it_leaves_alone()
    {
        await Commit(Samples.Writes(new DocumentWrite("term", 0, "1"))).Done();
        var resting = Samples.Tells(Samples.Event("r1")) with { Unchanged = [new DocumentGuard("term", 1)] };
        await Commit(resting).Done();
        await Commit(Samples.Writes(new DocumentWrite("term", 1, "2"))).Done();
        Assert.Equal(ConflictKind.DocumentVersion, await Commit(resting).Refused());
        await Commit(resting with { Unchanged = [new DocumentGuard("none", 0)] }).Done();
        Assert.Equal(2, await Records.LastEventAsync(Token));
        Assert.Equal(new Document("term", 2, "2"), await Documents.GetAsync("term", Token));
    }
}
