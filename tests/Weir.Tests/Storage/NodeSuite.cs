using Weir.Engine.Storage;

namespace Weir.Tests.Storage;

public abstract class NodeSuite : StoreSuite
{
    private static readonly NodeRow Root = Samples.Node(1, "linux", kind: "checkout");
    private static readonly NodeRow Build = Samples.Node(2, "gcc-14", Root, "kbuild");
    private static readonly NodeRow Boot = Samples.Node(3, "boot", Build, "test");
    private static readonly NodeRow Login = Samples.Node(4, "login", Boot, "test") with { Owner = "bob" };
    private static readonly NodeRow Other = Samples.Node(5, "linux", kind: "checkout") with { Namespace = "other" };

    [Fact]
    public async Task A_node_is_given_back_as_it_was_added()
    {
        await AddAsync(Root, Build);

        Assert.Equal(Root, await Records.GetNodeAsync(Root.Id, Token));
        Assert.Equal(Build, await Records.GetNodeAsync(Build.Id, Token));
        Assert.Null(await Records.GetNodeAsync(Boot.Id, Token));
    }

    [Fact]
    public async Task A_node_that_is_there_stays_as_it_is()
    {
        await AddAsync(Root);
        await AddAsync(Root with { Name = "another" }, Build);

        Assert.Equal(Root, await Records.GetNodeAsync(Root.Id, Token));
        Assert.Equal(2, await Records.CountNodesAsync(new NodeQuery(), Token));
    }

    [Fact]
    public async Task Each_condition_narrows_and_all_must_hold()
    {
        await AddAsync(Root, Build, Boot, Login, Other);

        Assert.Equal([1, 2, 3, 4, 5], await FindAsync(new NodeQuery()));
        Assert.Equal([1, 2, 3, 4], await FindAsync(new NodeQuery { Namespace = "default" }));
        Assert.Equal([1, 5], await FindAsync(new NodeQuery { Name = "linux" }));
        Assert.Equal([1], await FindAsync(new NodeQuery { Name = "linux", Namespace = "default" }));
        Assert.Equal([3, 4], await FindAsync(new NodeQuery { Kind = "test" }));
        Assert.Equal([4], await FindAsync(new NodeQuery { Kind = "test", Namespace = "default", Owner = "bob" }));
        Assert.Equal([1, 5], await FindAsync(new NodeQuery { RootsOnly = true }));
        Assert.Equal([2], await FindAsync(new NodeQuery { Parent = Root.Id }));
        Assert.Equal([3], await FindAsync(new NodeQuery { Path = """["linux","gcc-14","boot"]""" }));
        Assert.Empty(await FindAsync(new NodeQuery { Parent = Root.Id, Kind = "test" }));
    }

    [Fact]
    public async Task A_subtree_is_all_below_a_node_to_a_depth()
    {
        await AddAsync(Root, Build, Boot, Login, Other);

        Assert.Equal([2, 3, 4], await FindAsync(new NodeQuery { Under = Root.Lineage }));
        Assert.Equal([2, 3], await FindAsync(new NodeQuery { Under = Root.Lineage, Depth = 3 }));
        Assert.Equal([4], await FindAsync(new NodeQuery { Under = Boot.Lineage, Kind = "test" }));
        Assert.Empty(await FindAsync(new NodeQuery { Under = Login.Lineage }));
    }

    [Fact]
    public async Task Pages_go_on_in_either_order()
    {
        await AddAsync(Root, Build, Boot, Login, Other);

        Assert.Equal([1, 2], await FindAsync(new NodeQuery { Limit = 2 }));
        Assert.Equal([3, 4], await FindAsync(new NodeQuery { Limit = 2, After = Build.Id }));
        Assert.Equal([5, 4], await FindAsync(new NodeQuery { Limit = 2, NewestFirst = true }));
        Assert.Equal([3, 2], await FindAsync(new NodeQuery { Limit = 2, NewestFirst = true, Before = Login.Id }));
        Assert.Equal([2, 3], await FindAsync(new NodeQuery { After = Root.Id, Before = Login.Id }));
        Assert.Equal(2, await Records.CountNodesAsync(new NodeQuery { After = Root.Id, Before = Login.Id }, Token));
    }

    [Fact]
    public async Task Nodes_of_a_refused_commit_are_not_there()
    {
        var refused = await Commit(new Commit { Documents = [new DocumentWrite("d", 7, "{}")], Nodes = [Root] }).Refused();

        Assert.Equal(ConflictKind.DocumentVersion, refused);
        Assert.Null(await Records.GetNodeAsync(Root.Id, Token));
    }

    private Task<CommitOutcome.Committed> AddAsync(params NodeRow[] nodes) =>
        Commit(new Commit { Nodes = nodes }).Done();

    private async Task<IEnumerable<int>> FindAsync(NodeQuery query)
    {
        var found = await Records.ListNodesAsync(query, Token);
        if (query.Limit == new NodeQuery().Limit)
            Assert.Equal(found.Count, await Records.CountNodesAsync(query, Token));
        return found.Select(row => (int)(row.Created - Samples.Noon).TotalSeconds);
    }
}
