using System.Text.Json;
using Weir.Contracts.Client;
using Weir.Contracts.Nodes;
using Weir.Contracts.Problems;
using Weir.Contracts.Runs;
using Weir.Contracts.Tokens;
using Weir.Testing;

namespace Weir.Tests.Features;

public sealed class EventTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_change_is_an_event_in_the_order_of_the_commits()
    {
        await using var controller = await TestController.StartAsync();
        var node = await controller.Admin.Nodes.AddAsync(new AddNodeRequest("a") { Kind = "demo" });
        await controller.Admin.Runs.StartAsync(new StartRunRequest { Definition = Flow });

        var all = await controller.Admin.Events.ReadAsync();
        var rest = await controller.Admin.Events.ReadAsync(new EventListQuery { From = all.Items[0].Id, Limit = 1 });

        var first = all.Items.First(one => one.Type == "node.created");
        Assert.Equal((node.Id, "/namespaces/default", "1.0"), (first.Subject, first.Source, first.SpecVersion));
        Assert.Equal("demo", first.Data.GetProperty("kind").GetString());
        var order = all.Items.Select(one => one.Sequence).ToList();
        Assert.Equal(order.Order(StringComparer.Ordinal), order);
        Assert.Equal(all.Items[1].Id, Assert.Single(rest.Items).Id);
        Assert.Contains("run.created", all.Items.Select(one => one.Type));
    }

    [Theory]
    [InlineData("type=node.", "node.created node.created")]
    [InlineData("type=run.created,flow.created", "run.created")]
    [InlineData("kind=run", "node.created")]
    [InlineData("flow=f&type=run.", "run.created")]
    [InlineData("path=a&type=node.", "node.created")]
    [InlineData("path=a&path=b", "")]
    public async Task A_filter_lets_through_what_it_names(string filter, string types)
    {
        await using var controller = await TestController.StartAsync();
        await controller.Admin.Nodes.AddAsync(new AddNodeRequest("a"));
        await controller.Admin.Runs.StartAsync(new StartRunRequest { Definition = Flow });

        using var answer = await controller.SendAsync(HttpMethod.Get, "/latest/events?from=0&" + filter);
        var page = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token)).RootElement;

        Assert.Equal(
            types, string.Join(' ', page.GetProperty("items").EnumerateArray().Select(one => one.GetProperty("type"))));
    }

    [Fact]
    public async Task Whoever_waits_is_told_when_something_comes()
    {
        await using var controller = await TestController.StartAsync();
        var none = await controller.Admin.Events.ReadAsync();

        var waiting = controller.Admin.Events.ReadAsync(
            new EventListQuery { From = $"{none.Next}", Wait = 30, Kind = "wanted" });
        await controller.Admin.Nodes.AddAsync(new AddNodeRequest("other"));
        await controller.Admin.Nodes.AddAsync(new AddNodeRequest("a") { Kind = "wanted" });

        Assert.Equal("node.created", Assert.Single((await waiting).Items).Type);
        Assert.Empty((await controller.Admin.Events.ReadAsync(new EventListQuery { From = "999999" })).Items);
    }

    [Fact]
    public async Task A_stream_has_all_since_its_start_and_then_what_comes()
    {
        await using var controller = await TestController.StartAsync();
        for (var i = 0; i < 1_100; i++) await controller.Admin.Nodes.AddAsync(new AddNodeRequest($"{i}"));
        var names = new List<string?>();

        await foreach (var one in controller.Admin.Events.FollowAsync(
            new EventListQuery { From = "0", Types = "node." }, Token))
        {
            names.Add(one.Data.GetProperty("name").GetString());
            if (names.Count == 1_100) await controller.Admin.Nodes.AddAsync(new AddNodeRequest("1100"));
            if (names.Count == 1_101) break;
        }

        Assert.Equal(Enumerable.Range(0, 1_101).Select(i => $"{i}"), names);
    }

    [Fact]
    public async Task A_start_may_be_a_time_and_must_be_one_of_both()
    {
        await using var controller = await TestController.StartAsync();
        await controller.Admin.Nodes.AddAsync(new AddNodeRequest("a"));
        var all = await controller.Admin.Events.ReadAsync();
        var tomorrow = all.Items[^1].Time.AddDays(1).ToString("O");

        Assert.Equal(
            all.Items.Count,
            (await controller.Admin.Events.ReadAsync(new EventListQuery { From = "2020-01-01" })).Items.Count);
        Assert.Empty((await controller.Admin.Events.ReadAsync(new EventListQuery { From = tomorrow })).Items);
        var refused = await Assert.ThrowsAsync<WeirApiException>(
            () => controller.Admin.Events.ReadAsync(new EventListQuery { From = "soon" }));
        Assert.Equal(ErrorCodes.RequestInvalid, refused.Code);
    }

    [Fact]
    public async Task A_namespace_hears_nothing_of_another()
    {
        await using var controller = await TestController.StartAsync();
        var physics = await controller.AsAsync(TokenRole.Runner, "physics");
        await controller.Admin.Nodes.AddAsync(new AddNodeRequest("secret"));
        await physics.Nodes.AddAsync(new AddNodeRequest("own"));

        var heard = await physics.Events.ReadAsync(new EventListQuery { Types = "node." });

        Assert.Equal("own", Assert.Single(heard.Items).Data.GetProperty("name").GetString());
    }

    private const string Flow = "name: f\nruntime: fake\nsteps: [{ name: s, commands: [x] }]";
}
