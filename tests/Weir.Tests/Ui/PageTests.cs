using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Flows;
using Weir.Contracts.Nodes;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Testing;

namespace Weir.Tests.Ui;

public sealed partial class PageTests
{
    private const string Hostile = "<script>alert(1)</script>\"'&";
    private const string Greet =
        "name: greet\nparams: { who: { type: string, required: true }, times: { type: number, default: 1 } }\n"
        + "steps: [{ name: say, commands: ['echo $WHO'], env: { WHO: '${{ params.who }}' } }]\n";

    [Fact]
    public async Task Each_page_says_what_to_do_while_there_is_nothing()
    {
        await using var controller = await TestController.StartAsync();
        using var browser = await Browser.SignedInAsync(controller);

        Assert.Contains("weir run start -f weir.yml", await browser.ReadAsync("/ui/ns/default"), StringComparison.Ordinal);
        Assert.Contains("weir run start", await browser.ReadAsync("/ui/ns/default/runs"), StringComparison.Ordinal);
        Assert.Contains("weir flow create", await browser.ReadAsync("/ui/ns/default/flows"), StringComparison.Ordinal);
        Assert.Contains("weir node add", await browser.ReadAsync("/ui/ns/default/nodes"), StringComparison.Ordinal);
        Assert.Contains("weir agent --join", await browser.ReadAsync("/ui/agents"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flow_starts_from_its_form_and_what_is_wrong_is_said_there()
    {
        await using var controller = await TestController.StartAsync();
        await controller.Admin.Flows.CreateAsync(new CreateFlowRequest(Greet));
        using var browser = await Browser.SignedInAsync(controller);

        using var wrong = await browser.SubmitAsync(
            "/ui/ns/default/flows/greet", ("param.who", Hostile), ("param.times", "many"));
        using var right = await browser.SubmitAsync(
            "/ui/ns/default/flows/greet", ("param.who", Hostile), ("param.times", "2"));

        var problems = await wrong.Content.ReadAsStringAsync();
        Assert.Contains("expected a number", problems, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", problems, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SeeOther, right.StatusCode);
        var run = Assert.Single((await controller.Admin.Runs.ListAsync()).Items);
        Assert.Equal(Hostile, run.Params["who"].GetString());
        Assert.Equal(2, run.Params["times"].GetInt32());
        var page = await browser.ReadAsync(right.Headers.Location!.OriginalString);
        Assert.Contains("greet#1", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_are_shown_page_by_page_and_filtered()
    {
        await using var controller = await TestController.StartAsync();
        await controller.Admin.Flows.CreateAsync(new CreateFlowRequest(Greet));
        var start = new StartRunRequest
        {
            Flow = "greet",
            Params = new Dictionary<string, JsonElement> { ["who"] = JsonSerializer.SerializeToElement("you") },
        };
        for (var i = 0; i < 60; i++) await controller.Admin.Runs.StartAsync(start);
        using var browser = await Browser.SignedInAsync(controller);

        var first = await browser.ReadAsync("/ui/ns/default/runs?flow=greet");
        var next = Next().Match(first).Groups["address"].Value.Replace("&amp;", "&", StringComparison.Ordinal);
        var second = await browser.ReadAsync(next);

        Assert.Equal(50, Handle().Count(first));
        Assert.Equal(10, Handle().Count(second));
        Assert.Equal(0, Handle().Count(await browser.ReadAsync("/ui/ns/default/runs?status=failed")));
        using var refused = await browser.GetAsync("/ui/ns/default/runs?status=odd");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task A_log_is_text_with_colours_whatever_it_holds()
    {
        await using var controller = await TestController.StartAsync();
        var run = await PrintAsync(controller, $"\u001b[31mred\u001b[0m {Hostile}\n\u001b]8;;javascript:x\aplain\n");
        using var browser = await Browser.SignedInAsync(controller);

        var page = await browser.ReadAsync($"/ui/ns/default/runs/{run}/steps/one/log");
        var raw = await browser.ReadAsync($"/ui/ns/default/runs/{run}/steps/one/log/raw");

        Assert.Contains("<span class=\"a1\">red</span>", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain("javascript:", page, StringComparison.Ordinal);
        Assert.Contains($"\u001b[31mred\u001b[0m {Hostile}", raw, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_log_starts_at_its_end_and_its_parts_are_whole()
    {
        await using var controller = await TestController.StartAsync();
        var lines = Enumerable.Range(0, 40_000).Select(n => $"line {n:D6}").ToArray();
        var run = await PrintAsync(controller, string.Join('\n', lines) + "\n");
        using var browser = await Browser.SignedInAsync(controller);
        var log = $"/ui/ns/default/runs/{run}/steps/one/log";

        var html = await browser.ReadAsync(log);
        Assert.Contains("line 039999", html, StringComparison.Ordinal);
        Assert.DoesNotContain("line 000000", html, StringComparison.Ordinal);
        var read = new List<string>();
        while (true)
        {
            read.InsertRange(0, Line().Matches(html).Select(match => match.Value));
            var from = From().Match(html).Groups["at"].Value;
            if (from == "0") break;
            html = await browser.ReadAsync($"{log}/lines?attempt=1&before={from}");
        }

        Assert.Equal(lines, read);
    }

    [Fact]
    public async Task The_data_tree_is_searched_and_gone_through()
    {
        await using var controller = await TestController.StartAsync();
        var root = await controller.Admin.Nodes.AddAsync(new AddNodeRequest("checkout") { Kind = "source" });
        await controller.Admin.Nodes.AddAsync(new AddNodeRequest(Hostile)
        {
            Parent = root.Id,
            Kind = "build",
            Data = JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["arch"] = "arm64" }),
        });
        using var browser = await Browser.SignedInAsync(controller);

        var roots = await browser.ReadAsync("/ui/ns/default/nodes");
        var found = await browser.ReadAsync("/ui/ns/default/nodes?q=data.arch%3Darm64");
        var node = await browser.ReadAsync($"/ui/ns/default/nodes/{root.Id}");
        var wrong = await browser.ReadAsync("/ui/ns/default/nodes?q=colour%3Dred");

        Assert.Contains("checkout", roots, StringComparison.Ordinal);
        Assert.DoesNotContain("build</span>", roots, StringComparison.Ordinal);
        Assert.Contains("build</span>", found, StringComparison.Ordinal);
        Assert.Contains("arm64", node, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", found + node, StringComparison.Ordinal);
        Assert.Contains("a node has no such field", wrong, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_is_drained_and_resumed()
    {
        await using var controller = await TestController.StartAsync();
        using var agent = await TestControllerAgent.JoinAsync(controller);
        using var browser = await Browser.SignedInAsync(controller);

        (await browser.SubmitAsync($"/ui/agents/{agent.Id}/drain")).Dispose();
        Assert.Contains("draining", await browser.ReadAsync("/ui/agents"), StringComparison.Ordinal);
        (await browser.SubmitAsync($"/ui/agents/{agent.Id}/resume")).Dispose();
        Assert.Contains("online", await browser.ReadAsync("/ui/agents"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Assets_are_kept_for_good_by_their_content()
    {
        await using var controller = await TestController.StartAsync();
        using var browser = await Browser.SignedInAsync(controller);
        var address = Asset().Match(await browser.ReadAsync("/ui/ns/default")).Groups["address"].Value;

        using var asset = await browser.GetAsync(address);

        Assert.Equal("public, max-age=31536000, immutable", asset.Headers.GetValues("Cache-Control").Single());
        Assert.NotNull(asset.Headers.ETag);
        using var unknown = await browser.GetAsync("/ui/assets/../weir.db");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task A_page_is_told_when_its_run_changes()
    {
        await using var controller = await TestController.StartAsync();
        var run = (await controller.Admin.Runs.StartAsync(
            new StartRunRequest { Definition = "name: live\nsteps: [{ name: one, commands: [echo] }]\n" })).Run;
        using var browser = await Browser.SignedInAsync(controller);
        await using var stream = await browser.StreamAsync($"/ui/ns/default/live?run={run.Id}");
        using var events = new StreamReader(stream);
        await ToAsync(events, "event: change");

        await controller.Admin.Runs.CancelAsync(run.Id);

        await ToAsync(events, "event: change");
        await ToAsync(events, "event: end");
    }

    private static async Task ToAsync(StreamReader events, string line)
    {
        string? read;
        do
        {
            read = await events.ReadLineAsync();
            Assert.True(read is not null, $"no `{line}` came");
        }
        while (read != line);
    }

    /// <summary>The id of a run whose one step has printed that.</summary>
    private static async Task<string> PrintAsync(TestController controller, string text)
    {
        using var agent = await TestControllerAgent.JoinAsync(controller);
        var run = (await controller.Admin.Runs.StartAsync(
            new StartRunRequest { Definition = "name: prints\nsteps: [{ name: one, commands: [echo] }]\n" })).Run;
        var assignment = Assert.Single(await agent.ClaimAsync());
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        for (var from = 0; from < bytes.Length; from += 100_000)
        {
            var piece = bytes.AsMemory(from, Math.Min(100_000, bytes.Length - from));
            await agent.AppendLogAsync(assignment.Fence, new LogPiece(LogStream.Stdout, from, 0, piece));
        }

        await agent.FinishAsync(new FinishRequest(
            assignment.Fence, new AttemptOutcome(RunStatus.Success, ReasonCode.None)));
        return run.Id;
    }

    [GeneratedRegex("href=\"(?<address>[^\"]+)\" rel=\"next\"")]
    private static partial Regex Next();

    [GeneratedRegex("<strong>greet#\\d+</strong>")]
    private static partial Regex Handle();

    [GeneratedRegex("line \\d{6}")]
    private static partial Regex Line();

    [GeneratedRegex("<(?:weir-log|p) data-from=\"(?<at>\\d+)\"")]
    private static partial Regex From();

    [GeneratedRegex("href=\"(?<address>/ui/assets/weir.css[^\"]+)\"")]
    private static partial Regex Asset();
}
