using System.Net;
using Weir.Contracts.Client;
using Weir.Contracts.Flows;
using Weir.Contracts.Problems;
using Weir.Contracts.Runs;
using Weir.Contracts.Tokens;
using Weir.Testing;

namespace Weir.Tests.Features;

public sealed class FlowTests
{
    private const string Hello = "name: hello\ndescription: Says hello.\nparams:\n  who: { type: string, default: you }\nsteps:\n  - name: greet\n    commands: [echo hello]\n";

    [Fact]
    public async Task A_flow_gets_a_revision_for_every_new_content_and_none_for_the_same()
    {
        await using var controller = await TestController.StartAsync();
        var flows = controller.Admin.Flows;

        var first = await flows.CreateAsync(new CreateFlowRequest(Hello));
        var same = await flows.CreateAsync(new CreateFlowRequest(Hello));
        var second = await flows.CreateAsync(new CreateFlowRequest(Hello + "# more\n"));

        Assert.Equal((1, true), (first.Flow.Revision, first.Changed));
        Assert.Equal((1, false), (same.Flow.Revision, same.Changed));
        Assert.Equal((2, true), (second.Flow.Revision, second.Changed));
        Assert.Equal(Hello, (await flows.GetAsync("hello", revision: 1)).Definition);
        var newest = await flows.GetAsync("hello");
        Assert.Equal((2, Hello + "# more\n"), (newest.Revision, newest.Definition));
        Assert.Equal(("Says hello.", "admin", "default"), (newest.Description, newest.CreatedBy, newest.Namespace));
        Assert.Equal(("who", "string"), (newest.Params[0].Name, newest.Params[0].Type));
        Assert.Equal(["greet"], newest.Steps);
        Assert.Equal([2, 1], (await flows.ListRevisionsAsync("hello")).Items.Select(flow => flow.Revision));
    }

    [Fact]
    public async Task Creating_upon_a_revision_that_is_not_the_newest_is_a_conflict()
    {
        await using var controller = await TestController.StartAsync();
        var flows = controller.Admin.Flows;
        await flows.CreateAsync(new CreateFlowRequest(Hello) { ExpectedRevision = 0 });

        var refused = await Assert.ThrowsAsync<WeirApiException>(
            () => flows.CreateAsync(new CreateFlowRequest(Hello + "#") { ExpectedRevision = 0 }));

        Assert.Equal((HttpStatusCode.Conflict, ErrorCodes.VersionConflict), (refused.Status, refused.Code));
        Assert.Equal(1, (await flows.GetAsync("hello")).Revision);
    }

    [Fact]
    public async Task A_dry_run_checks_and_stores_nothing()
    {
        await using var controller = await TestController.StartAsync();
        var flows = controller.Admin.Flows;

        var checkedOnly = await flows.CreateAsync(new CreateFlowRequest(Hello) { DryRun = true });

        Assert.True(checkedOnly.Changed);
        Assert.Empty((await flows.ListAsync()).Items);
    }

    [Fact]
    public async Task A_bad_definition_is_refused_with_all_its_problems_and_their_places()
    {
        await using var controller = await TestController.StartAsync();
        var bad = new CreateFlowRequest(
            "name: hello\nstep: []\nsteps:\n  - name: a\n    comands: [x]\n") { File = "weir.yml" };

        var refused = await Assert.ThrowsAsync<WeirApiException>(() => controller.Admin.Flows.CreateAsync(bad));

        Assert.Equal(ErrorCodes.FlowInvalid, refused.Code);
        Assert.Contains(
            refused.Problems,
            problem => problem.Line == 2 && problem.Message.Contains("`steps`", StringComparison.Ordinal));
        Assert.Contains(
            refused.Problems,
            problem => problem.Line == 5 && problem.Message.Contains("`commands`", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deleted_flow_is_gone_and_comes_back_with_the_next_revision()
    {
        await using var controller = await TestController.StartAsync();
        var flows = controller.Admin.Flows;
        await flows.CreateAsync(new CreateFlowRequest(Hello));

        await flows.DeleteAsync("hello");

        var gone = await Assert.ThrowsAsync<WeirApiException>(() => flows.GetAsync("hello"));
        Assert.Equal(ErrorCodes.FlowNotFound, gone.Code);
        Assert.Empty((await flows.ListAsync()).Items);
        await Assert.ThrowsAsync<WeirApiException>(() => flows.DeleteAsync("hello"));
        Assert.Equal(2, (await flows.CreateAsync(new CreateFlowRequest(Hello))).Flow.Revision);
    }

    [Fact]
    public async Task Flows_are_listed_by_name_page_after_page()
    {
        await using var controller = await TestController.StartAsync();
        var flows = controller.Admin.Flows;
        foreach (var name in new[] { "c", "a", "e", "b", "d" })
            await flows.CreateAsync(new CreateFlowRequest(Hello.Replace("hello", name, StringComparison.Ordinal)));
        await flows.DeleteAsync("b");

        List<string> names = [];
        Page<FlowView>? page = null;
        do
        {
            page = await flows.ListAsync(new PageQuery(2, page?.Next));
            Assert.InRange(page.Items.Count, 1, 2);
            Assert.All(page.Items, flow => Assert.Null(flow.Definition));
            names.AddRange(page.Items.Select(flow => flow.Name));
        }
        while (page.Next is not null);

        Assert.Equal(["a", "c", "d", "e"], names);
    }

    [Fact]
    public async Task Namespaces_do_not_see_each_other()
    {
        await using var controller = await TestController.StartAsync();
        var physics = await controller.AsAsync(TokenRole.NamespaceAdmin, "physics");
        var chemistry = await controller.AsAsync(TokenRole.NamespaceAdmin, "chemistry");
        await physics.Flows.CreateAsync(new CreateFlowRequest(Hello));

        Assert.Empty((await chemistry.Flows.ListAsync()).Items);
        await Assert.ThrowsAsync<WeirApiException>(() => chemistry.Flows.GetAsync("hello"));
        var refused = await Assert.ThrowsAsync<WeirApiException>(
            () => chemistry.Runs.StartAsync(new StartRunRequest { Flow = "hello" }));
        Assert.Equal(ErrorCodes.FlowNotFound, refused.Code);
        Assert.Equal(1, (await chemistry.Flows.CreateAsync(new CreateFlowRequest(Hello))).Flow.Revision);
    }

    [Theory]
    [InlineData(TokenRole.Viewer)]
    [InlineData(TokenRole.Runner)]
    public async Task Only_admins_of_a_namespace_change_its_flows(TokenRole role)
    {
        await using var controller = await TestController.StartAsync();
        await controller.Admin.Flows.CreateAsync(new CreateFlowRequest(Hello));
        var client = await controller.AsAsync(role);

        await client.Flows.GetAsync("hello");
        var create = await Assert.ThrowsAsync<WeirApiException>(
            () => client.Flows.CreateAsync(new CreateFlowRequest(Hello)));
        var delete = await Assert.ThrowsAsync<WeirApiException>(() => client.Flows.DeleteAsync("hello"));

        Assert.Equal((ErrorCodes.NotPermitted, ErrorCodes.NotPermitted), (create.Code, delete.Code));
    }

    [Fact]
    public async Task Flows_outlive_a_restart()
    {
        await using var controller = await TestController.StartAsync();
        await controller.Admin.Flows.CreateAsync(new CreateFlowRequest(Hello));

        await controller.RestartAsync();

        Assert.Equal(Hello, (await controller.Admin.Flows.GetAsync("hello")).Definition);
    }
}
