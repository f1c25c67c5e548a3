using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Weir.Contracts.Client;
using Weir.Contracts.Nodes;
using Weir.Contracts.Problems;
using Weir.Contracts.Tokens;
using Weir.Testing;

namespace Weir.Tests.Features;

public sealed class NodeTests
{
    [Fact]
    public async Task A_node_has_the_place_and_the_owner_that_the_controller_gives_it()
    {
        await using var controller = await TestController.StartAsync();
        var nodes = controller.Admin.Nodes;

        var root = await nodes.AddAsync(new AddNodeRequest("linux") { Kind = "checkout", Data = Json("""{"a":[1,null]}""") });
        var child = await nodes.AddAsync(new AddNodeRequest("gcc 14")
        {
            Parent = root.Id,
            Artifacts = new Dictionary<string, string> { ["log"] = "https://example.org/log.txt" },
            Task = Json("""{"uuid":"00000000-0000-4000-8000-000000000001","by":"me"}"""),
        });

        Assert.Equal(["linux"], root.Path);
        Assert.Equal((null, "checkout", "admin", "default"), (root.Parent, root.Kind, root.Owner, root.Namespace));
        Assert.Equal(["linux", "gcc 14"], child.Path);
        Assert.Equal((root.Id, "node"), (child.Parent, child.Kind));
        var got = await nodes.GetAsync(child.Id);
        Assert.Equal("https://example.org/log.txt", got.Artifacts["log"]);
        Assert.Equal("me", got.Task!.Value.GetProperty("by").GetString());
        Assert.Equal("[1,null]", (await nodes.GetAsync(root.Id)).Data.GetProperty("a").GetRawText());
        Assert.Equal([child.Id], (await nodes.ListChildrenAsync(root.Id)).Items.Select(node => node.Id));
        Assert.Equal([root.Id], (await nodes.ListAncestorsAsync(child.Id)).Items.Select(node => node.Id));
    }

    [Theory]
    [InlineData("/latest")]
    [InlineData("")]
    public async Task The_first_addresses_of_data_nodes_work(string prefix)
    {
        await using var controller = await TestController.StartAsync();
        using var http = Client(controller, controller.AdminToken);

        using var added = await http.PostAsync(
            prefix + "/node", Body("""{"name":"a","kind":"k","data":{"x":{"y":2}}}"""), Token);
        var node = JsonDocument.Parse(await added.Content.ReadAsStringAsync(Token)).RootElement;
        var id = node.GetProperty("id").GetString();

        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        Assert.Equal("k", (await GetAsync(http, $"{prefix}/node/{id}")).GetProperty("kind").GetString());
        var page = await GetAsync(http, prefix + "/nodes?kind=k&data.x.y=2&total=true&limit=1");
        Assert.Equal((1L, id), (page.GetProperty("total").GetInt64(), page.GetProperty("items")[0].GetProperty("id").GetString()));
        Assert.Equal(1, (await GetAsync(http, prefix + "/count?path=a")).GetInt64());
        Assert.Equal(0, (await GetAsync(http, prefix + "/count?path=a&path=b")).GetInt64());
    }

    [Fact]
    public async Task A_tree_is_added_whole_or_not_at_all()
    {
        await using var controller = await TestController.StartAsync();
        var nodes = controller.Admin.Nodes;
        var tree = new AddTreeRequest(new AddNodeRequest("top"))
        {
            ChildNodes =
            [
                new AddTreeRequest(new AddNodeRequest("left")),
                new AddTreeRequest(new AddNodeRequest("right"))
                {
                    ChildNodes = [new AddTreeRequest(new AddNodeRequest("leaf"))],
                },
            ],
        };

        var added = await nodes.AddTreeAsync(tree);
        var refused = await Assert.ThrowsAsync<WeirApiException>(() => nodes.AddTreeAsync(tree with
        {
            ChildNodes = [tree.ChildNodes![0], new AddTreeRequest(new AddNodeRequest("") { Kind = "no kind" })],
        }));

        Assert.Equal(["top", "top/left", "top/right", "top/right/leaf"], added.Nodes.Select(node => string.Join('/', node.Path)));
        Assert.Equal(ErrorCodes.NodeInvalid, refused.Code);
        Assert.Equal(
            ["node.child_nodes[1].name", "node.child_nodes[1].kind"], refused.Problems.Select(problem => problem.Path));
        Assert.Equal(4, await nodes.CountAsync());
        var below = new NodeListQuery { Depth = 1 };
        Assert.Equal(
            ["left", "right"],
            (await nodes.ListSubtreeAsync(added.Nodes[0].Id, below)).Items.Select(node => node.Name));
        Assert.Equal(3, (await nodes.ListSubtreeAsync(added.Nodes[0].Id)).Items.Count);
    }

    [Fact]
    public async Task A_batch_is_looked_at_whole_before_anything_is_added()
    {
        await using var controller = await TestController.StartAsync();
        using var http = Client(controller, controller.AdminToken);
        var lines = Enumerable.Range(0, 1_200).Select(i => $$"""{"name":"n{{i}}","data":{ "i": {{i}} } }""").ToList();

        using var wrong = await http.PostAsync("/v1/nodes/batch", Lines([.. lines, "{", """{"nome":"x"}"""]), Token);
        using var right = await http.PostAsync("/v1/nodes/batch", Lines(lines), Token);

        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        var problems = JsonDocument.Parse(await wrong.Content.ReadAsStringAsync(Token)).RootElement.GetProperty("problems");
        Assert.Equal([1201, 1202], problems.EnumerateArray().Select(problem => problem.GetProperty("line").GetInt32()));
        Assert.Equal(HttpStatusCode.Created, right.StatusCode);
        Assert.Equal(1_200, await controller.Admin.Nodes.CountAsync());
        var last = new NodeListQuery { NewestFirst = true, Page = new PageQuery(1) };
        Assert.Equal("n1199", (await controller.Admin.Nodes.ListAsync(last)).Items.Single().Name);
    }

    [Theory]
    [InlineData("""{"name":"","parent":"x","data":[],"artifacts":{"a":"file:///etc"},"task":{}}""",
        "name parent data artifacts['a'] task")]
    [InlineData("""{"name":"a","id":"1","path":["b"],"state":"done"}""", "id path state")]
    [InlineData("""{"name":"a","parent":"00000000000000000000abcd"}""", "parent")]
    public async Task Everything_that_is_wrong_with_a_node_is_told(string body, string places)
    {
        await using var controller = await TestController.StartAsync();
        using var http = Client(controller, controller.AdminToken);

        using var refused = await http.PostAsync("/latest/node", Body(body), Token);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        var problems = JsonDocument.Parse(await refused.Content.ReadAsStringAsync(Token)).RootElement.GetProperty("problems");
        Assert.Equal(
            places.Split(' '), problems.EnumerateArray().Select(problem => problem.GetProperty("path").GetString()));
        Assert.Equal(0, await controller.Admin.Nodes.CountAsync());
    }

    [Fact]
    public async Task A_namespace_sees_its_own_nodes_and_adds_below_those_of_others_in_it()
    {
        await using var controller = await TestController.StartAsync();
        var physics = await controller.AsAsync(TokenRole.Runner, "physics");
        var viewer = await controller.AsAsync(TokenRole.Viewer, "physics");
        var secret = await controller.Admin.Nodes.AddAsync(new AddNodeRequest("secret"));
        var root = await physics.Nodes.AddAsync(new AddNodeRequest("root"));

        var below = await controller.Admin.Nodes.AddAsync(new AddNodeRequest("mine") { Parent = root.Id });

        Assert.Equal(("physics", "admin"), (below.Namespace, below.Owner));
        Assert.Equal(2, await physics.Nodes.CountAsync());
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await Assert.ThrowsAsync<WeirApiException>(() => physics.Nodes.GetAsync(secret.Id))).Status);
        await Assert.ThrowsAsync<WeirApiException>(
            () => physics.Nodes.AddAsync(new AddNodeRequest("x") { Parent = secret.Id }));
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await Assert.ThrowsAsync<WeirApiException>(() => viewer.Nodes.AddAsync(new AddNodeRequest("x")))).Status);
    }

    [Fact]
    public async Task The_data_of_a_kind_is_held_to_its_schema()
    {
        await using var controller = await TestController.StartAsync();
        var (kinds, nodes) = (controller.Admin.Kinds, controller.Admin.Nodes);
        await kinds.CreateAsync(new CreateKindRequest("arch", Json("""{"enum":["arm64","x86_64"]}""")));
        var schema = Json(
            """{"required":["arch"],"properties":{"arch":{"$ref":"weir:/kinds/arch"},"size":{"type":"integer"}}}""");

        var first = await kinds.CreateAsync(new CreateKindRequest("kbuild", schema));
        var same = await kinds.CreateAsync(new CreateKindRequest("kbuild", schema));
        await nodes.AddAsync(new AddNodeRequest("a") { Kind = "kbuild", Data = Json("""{"arch":"arm64","size":3}""") });
        var refused = await Assert.ThrowsAsync<WeirApiException>(() => nodes.AddAsync(
            new AddNodeRequest("b") { Kind = "kbuild", Data = Json("""{"arch":"z80","size":"big"}""") }));
        var empty = await Assert.ThrowsAsync<WeirApiException>(
            () => nodes.AddAsync(new AddNodeRequest("b") { Kind = "kbuild" }));

        Assert.Equal((1, true, 1, false), (first.Kind.Version, first.Changed, same.Kind.Version, same.Changed));
        Assert.Equal(["data/arch", "data/size"], refused.Problems.Select(problem => problem.Path).Order());
        Assert.Equal((ErrorCodes.NodeInvalid, "data"), (empty.Code, Assert.Single(empty.Problems).Path));
        Assert.Equal(1, await nodes.CountAsync());
        Assert.Equal(["arch", "kbuild"], (await kinds.ListAsync()).Items.Select(kind => kind.Name));
    }

    [Fact]
    public async Task A_version_of_a_kind_stays_as_it_was_registered()
    {
        await using var controller = await TestController.StartAsync();
        var (kinds, nodes) = (controller.Admin.Kinds, controller.Admin.Nodes);
        await kinds.CreateAsync(new CreateKindRequest("base", Json("""{"type":"integer"}""")));
        await kinds.CreateAsync(
            new CreateKindRequest("k", Json("""{"properties":{"x":{"$ref":"weir:/kinds/base"}}}""")));

        await kinds.CreateAsync(new CreateKindRequest("base", Json("""{"type":"string"}""")));
        await nodes.AddAsync(new AddNodeRequest("a") { Kind = "k", Data = Json("""{"x":1}""") });
        var second = await kinds.CreateAsync(
            new CreateKindRequest("k", Json("""{"properties":{"x":{"$ref":"weir:/kinds/base"}}}""")));

        Assert.Equal((2, true), (second.Kind.Version, second.Changed));
        await Assert.ThrowsAsync<WeirApiException>(
            () => nodes.AddAsync(new AddNodeRequest("b") { Kind = "k", Data = Json("""{"x":1}""") }));
        Assert.NotNull((await kinds.GetAsync("k", version: 1)).Schema);
    }

    [Fact]
    public async Task A_schema_that_leads_nowhere_is_refused_with_all_its_problems()
    {
        await using var controller = await TestController.StartAsync();

        var refused = await Assert.ThrowsAsync<WeirApiException>(() => controller.Admin.Kinds.CreateAsync(
            new CreateKindRequest("k", Json("""{"type":"nothing","minimum":"1"}"""))));
        var fetched = await Assert.ThrowsAsync<WeirApiException>(() => controller.Admin.Kinds.CreateAsync(
            new CreateKindRequest("k", Json("""{"$ref":"https://example.org/schema"}"""))));

        Assert.Equal(ErrorCodes.KindInvalid, refused.Code);
        Assert.Equal(
            ["schema#/minimum", "schema#/type"], refused.Problems.Select(problem => problem.Path).Order());
        Assert.Equal(ErrorCodes.KindInvalid, fetched.Code);
        Assert.Empty((await controller.Admin.Kinds.ListAsync()).Items);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static HttpClient Client(TestController controller, string token)
    {
        var http = new HttpClient { BaseAddress = controller.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    private static async Task<JsonElement> GetAsync(HttpClient http, string path) =>
        JsonDocument.Parse(await http.GetStringAsync(path, Token)).RootElement;

    private static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");

    private static StringContent Lines(IEnumerable<string> lines) =>
        new(string.Join('\n', lines), Encoding.UTF8, "application/x-ndjson");

    private static JsonElement Json(string text)
    {
        using var json = JsonDocument.Parse(text);
        return json.RootElement.Clone();
    }
}
