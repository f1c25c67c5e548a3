using Weir.Contracts.Nodes;
using System.Text.Json;
using Weir.Engine.DataTree;
using Weir.Engine.DataTree.Kinds;
using Weir.Engine.Identity;
using Weir.Engine.Storage.Memory;
using Weir.Testing;

namespace Weir.Tests.DataTree;

public sealed class NodeSearchTests
{
    private static readonly NodeAuthor Ann = new("default", "ann", Everywhere: false);
    private readonly MemoryStore _store = new();
    private readonly ManualTime _time = new();
    private readonly NodeRegistry _nodes;

    public NodeSearchTests() => _nodes = new NodeRegistry(
        _store, new KindRegistry(_store, _store, _time), new IdSource(_time, new Random(1)), _time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("data.n=3", "b")]
    [InlineData("data.n=3.0", "b")]
    [InlineData("data.n__gt=2", "bc")]
    [InlineData("data.n__gte=3", "bc")]
    [InlineData("data.n__lt=3", "a")]
    [InlineData("data.n__lte=3", "ab")]
    [InlineData("data.n__ne=3", "acd")]
    [InlineData("data.n__in=1,10", "ac")]
    [InlineData("data.n__nin=1,10", "bd")]
    [InlineData("data.n__exists=false", "d")]
    [InlineData("data.n=null", "d")]
    [InlineData("data.n__int__gt=2", "bc")]
    [InlineData("data.s=x", "a")]
    [InlineData("data.s__re=^x", "ab")]
    [InlineData("data.s__gt=x", "b")]
    [InlineData("data.flag=true", "a")]
    [InlineData("data.flag=false", "b")]
    [InlineData("data.deep.list.1=two", "a")]
    [InlineData("name__in=a,d", "ad")]
    [InlineData("name=a&name=b", "")]
    [InlineData("kind=k&data.n__gt=1", "b")]
    [InlineData("parent=null&name__re=.", "abcd")]
    [InlineData("path__re=^[ab]$", "ab")]
    [InlineData("owner=ann&owner__ne=bob", "abcd")]
    public async Task A_query_finds_what_it_says(string query, string names)
    {
        await AddAsync("a", """{ "n": 1, "s": "x", "flag": true, "deep": { "list": ["one", "two"] } }""", "k");
        await AddAsync("b", """{ "n": 3, "s": "xy", "flag": false }""", "k");
        await AddAsync("c", """{ "n": 10 }""");
        await AddAsync("d", """{ "s": 7 }""");

        var found = await FindAsync(query);

        Assert.Equal(names, string.Concat(found.Nodes.Select(node => node.Name)));
    }

    [Fact]
    public async Task A_time_is_a_range_of_ids()
    {
        await AddAsync("a");
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await AddAsync("b");
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await AddAsync("c");

        Assert.Equal("bc", await NamesAsync("created__gte=2026-01-01T00:00:00.001Z"));
        Assert.Equal("c", await NamesAsync("created__gt=2026-01-01T00:00:00.001Z"));
        Assert.Equal("ab", await NamesAsync("created__lte=2026-01-01T00:00:00.001Z"));
        Assert.Equal("a", await NamesAsync("created__lt=2026-01-01T00:00:00.001Z"));
        Assert.Equal("b", await NamesAsync("created=2026-01-01T00:00:00.001Z"));
        Assert.Equal("b", await NamesAsync("created__gt=2026-01-01&created__lt=2026-01-01T00:00:00.002Z"));
    }

    [Fact]
    public async Task Pages_of_what_is_looked_at_node_by_node_go_on_where_they_ended()
    {
        for (var i = 0; i < 1_200; i++) await AddAsync(i % 2 == 0 ? "even" : "odd", $$"""{ "n": {{i}} }""");
        var search = Read("data.n__gte=1000&name=odd") with { WithTotal = true };
        var finder = new NodeFinder(_store, _time);

        var first = await finder.FindAsync(search with { Query = search.Query with { Limit = 60 } }, Token);
        var second = await finder.FindAsync(
            search with { Query = search.Query with { Limit = 60, After = first.Next } }, Token);

        Assert.Equal((60, 100L, false), (first.Nodes.Count, first.Total, first.Partial));
        Assert.Equal((40, null), (second.Nodes.Count, second.Next));
        Assert.Equal(100, first.Nodes.Concat(second.Nodes).Select(node => node.Id).Distinct().Count());
    }

    [Fact]
    public void Everything_that_is_wrong_with_a_query_is_told()
    {
        var (search, problems) = NodeSearchReader.Read(
            Fields("colour=red&data.x__near=1&data.s__re=(&created=soon&data.n__int=x&data..y=1&a__exists=2"), null);

        Assert.Null(search);
        Assert.Equal(
            ["colour", "data.x__near", "data.s__re", "created", "data.n__int", "data..y", "a"],
            problems.Select(problem => problem.Path));
    }

    [Fact]
    public void A_pattern_that_could_run_away_is_refused() =>
        Assert.Contains(
            "back-reference", NodeSearchReader.Read(Fields(@"name__re=(a)\1"), null).Problems.Single().Message,
            StringComparison.Ordinal);

    private static IEnumerable<KeyValuePair<string, string>> Fields(string query) => query.Split('&')
        .Select(pair => KeyValuePair.Create(pair[..pair.IndexOf('=')], pair[(pair.IndexOf('=') + 1)..]));

    private static NodeSearch Read(string query)
    {
        var (search, problems) = NodeSearchReader.Read(Fields(query), "default");
        Assert.Empty(problems);
        return search!;
    }

    private Task<NodesFound> FindAsync(string query) => new NodeFinder(_store, _time).FindAsync(Read(query), Token);

    private async Task<string> NamesAsync(string query) =>
        string.Concat((await FindAsync(query)).Nodes.Select(node => node.Name));

    private async Task AddAsync(string name, string data = "{}", string? kind = null)
    {
        using var json = JsonDocument.Parse(data);
        var node = new AddNodeRequest(name) { Kind = kind, Data = json.RootElement.Clone() };
        Assert.IsType<AddNodesOutcome.Added>(await _nodes.AddAsync(Ann, node, Token));
    }
}
