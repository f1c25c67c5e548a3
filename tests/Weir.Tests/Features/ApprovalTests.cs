using System.Net;
using Weir.Contracts.Client;
using Weir.Contracts.Problems;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Contracts.Tokens;
using Weir.Testing;
using Weir.Tests.Ui;

namespace Weir.Tests.Features;

public sealed class ApprovalTests
{
    private const string Asks =
        "name: ship\nsteps:\n  - { name: go, title: Go live, approve: { message: Ship it?, by: [ann, admin] } }\n"
        + "  - { name: deploy, commands: [x] }\n";

    [Fact]
    public async Task Someone_who_is_named_approves_it_and_the_run_goes_on()
    {
        await using var controller = await TestController.StartAsync();
        var run = await StartAsync(controller);
        Assert.Equal((RunStatus.Running, "Ship it?"), (run.Status, run.Steps![0].Approval!.Message));
        Assert.Null(run.Steps[0].Approval!.Approved);

        var ann = controller.With((await controller.Admin.Tokens.CreateAsync(
            new CreateTokenRequest("ann", TokenRole.Runner) { Namespace = "default" })).Token);
        var after = await ann.Runs.ApproveAsync("ship#1", "go", "looks good");
        Assert.Equal((RunStatus.Success, "approved by ann: looks good"), (after.Steps![0].Status, after.Steps[0].Message));
        Assert.Equal((true, "ann", "looks good"), Decision(after));
        Assert.Equal(after.Steps[0].Ended, (await ann.Runs.ApproveAsync("ship#1", "go", "again")).Steps![0].Ended);
    }

    [Fact]
    public async Task Whoever_may_not_is_told_who_may()
    {
        await using var controller = await TestController.StartAsync();
        await StartAsync(controller);
        var runner = await controller.AsAsync(TokenRole.Runner);
        var refused = await Assert.ThrowsAsync<WeirApiException>(() => runner.Runs.ApproveAsync("ship#1", "go"));
        Assert.Equal(ErrorCodes.NotPermitted, refused.Code);
        Assert.Contains("by ann or admin (as a runner at least)", refused.Message, StringComparison.Ordinal);
        var viewer = await controller.AsAsync(TokenRole.Viewer);
        refused = await Assert.ThrowsAsync<WeirApiException>(() => viewer.Runs.RejectAsync("ship#1", "go"));
        Assert.Equal(ErrorCodes.NotPermitted, refused.Code);
        Assert.Equal(RunStatus.Running, (await controller.Admin.Runs.GetAsync("ship#1")).Status);
    }

    [Fact]
    public async Task What_does_not_ask_cannot_be_decided()
    {
        await using var controller = await TestController.StartAsync();
        await StartAsync(controller);
        var runs = controller.Admin.Runs;
        Assert.Equal(ErrorCodes.StepNotAsked, await CodeAsync(() => runs.ApproveAsync("ship#1", "deploy")));
        Assert.Equal(ErrorCodes.StepNotFound, await CodeAsync(() => runs.ApproveAsync("ship#1", "other")));
        Assert.Equal(ErrorCodes.RunNotFound, await CodeAsync(() => runs.ApproveAsync("ship#2", "go")));
        var novel = new string('x', 1_001);
        Assert.Equal(ErrorCodes.RequestInvalid, await CodeAsync(() => runs.RejectAsync("ship#1", "go", novel)));
        await runs.RejectAsync("ship#1", "go");
        Assert.Equal(ErrorCodes.StepNotAsked, await CodeAsync(() => runs.ApproveAsync("ship#1", "go")));
        var run = await runs.GetAsync("ship#1");
        Assert.Equal((RunStatus.Failed, ReasonCode.Rejected), (run.Status, run.Steps![0].Reason));
    }

    [Fact]
    public async Task The_page_of_the_run_has_buttons_for_it()
    {
        await using var controller = await TestController.StartAsync();
        var run = await StartAsync(controller);
        using var browser = await Browser.SignedInAsync(controller);
        var page = $"/ui/ns/default/runs/{run.Id}";
        var html = await browser.ReadAsync(page);
        Assert.Contains("Go live: Ship it?", html, StringComparison.Ordinal);
        Assert.Contains($"action=\"{page}/steps/go/approve\"", html, StringComparison.Ordinal);
        Assert.Contains($"formaction=\"{page}/steps/go/reject\"", html, StringComparison.Ordinal);

        using var stranger = await Browser.SignedInAsync(
            controller, (await controller.Admin.Tokens.CreateAsync(
                new CreateTokenRequest("eve", TokenRole.Runner) { Namespace = "default" })).Token);
        Assert.DoesNotContain("formaction", await stranger.ReadAsync(page), StringComparison.Ordinal);

        using var sent = await browser.SubmitAsync(page + "/steps/go/approve", ("comment", "<b>now</b>"));
        Assert.Equal(HttpStatusCode.SeeOther, sent.StatusCode);
        html = await browser.ReadAsync(page);
        Assert.Contains("Approved by", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>now", html, StringComparison.Ordinal);
        using var late = await browser.SubmitAsync(page + "/steps/go/reject", ("comment", ""));
        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
    }

    private static (bool?, string?, string?) Decision(RunView run) =>
        (run.Steps![0].Approval!.Approved, run.Steps[0].Approval!.DecidedBy, run.Steps[0].Approval!.Comment);

    private static async Task<RunView> StartAsync(TestController controller) =>
        (await controller.Admin.Runs.StartAsync(new StartRunRequest { Definition = Asks })).Run;

    private static async Task<string> CodeAsync(Func<Task> ask) =>
        (await Assert.ThrowsAsync<WeirApiException>(ask)).Code;
}
