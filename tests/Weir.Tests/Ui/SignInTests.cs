using System.Net;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Contracts.Tokens;
using Weir.Testing;

namespace Weir.Tests.Ui;

public sealed class SignInTests
{
    private static readonly StartRunRequest Waiting =
        new() { Definition = "name: waits\nsteps: [{ name: one, commands: [echo] }]\n" };

    [Fact]
    public async Task Whoever_is_not_signed_in_is_sent_to_sign_in_and_back()
    {
        await using var controller = await TestController.StartAsync();
        using var browser = new Browser(controller);

        using var home = await browser.GetAsync("/");
        using var page = await browser.GetAsync("/ui/ns/default/runs?status=failed");

        Assert.Equal("/ui", home.Headers.Location?.OriginalString);
        Assert.Equal(
            "/ui/sign-in?back=%2Fui%2Fns%2Fdefault%2Fruns%3Fstatus%3Dfailed", page.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task The_cookie_is_a_session_and_not_the_token()
    {
        await using var controller = await TestController.StartAsync();
        using var browser = new Browser(controller);

        using var answer = await browser.PostAsync("/ui/sign-in", ("token", controller.AdminToken));

        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("samesite=strict", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain(controller.AdminToken, cookie, StringComparison.Ordinal);
        Assert.Contains("Sign out", await browser.ReadAsync("/ui/ns/default"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("https://evil.example")]
    [InlineData("/ui\\evil")]
    public async Task Signing_in_leads_nowhere_else(string back)
    {
        await using var controller = await TestController.StartAsync();
        using var browser = new Browser(controller);

        using var answer = await browser.PostAsync("/ui/sign-in", ("token", controller.AdminToken), ("back", back));

        Assert.Equal("/ui", answer.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task A_link_signs_in_once()
    {
        await using var controller = await TestController.StartAsync();
        using var first = new Browser(controller);
        using var second = new Browser(controller);
        var link = controller.Host.CreateSignInLink().PathAndQuery;

        using var used = await first.GetAsync(link);
        var again = await second.ReadAsync(link);

        Assert.Equal(HttpStatusCode.SeeOther, used.StatusCode);
        await first.ReadAsync("/ui/agents");
        Assert.Contains("was used before", again, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_ends_with_its_token()
    {
        await using var controller = await TestController.StartAsync();
        var made = await controller.Admin.Tokens.CreateAsync(
            new CreateTokenRequest("guest", TokenRole.Viewer) { Namespace = "default" });
        using var browser = await Browser.SignedInAsync(controller, made.Token);
        await browser.ReadAsync("/ui/agents");

        await controller.Admin.Tokens.RevokeAsync(made.View.Id);

        using var refused = await browser.GetAsync("/ui/agents");
        Assert.StartsWith("/ui/sign-in", refused.Headers.Location?.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_at_the_controller()
    {
        await using var controller = await TestController.StartAsync();
        using var browser = await Browser.SignedInAsync(controller);
        var stolen = browser.Cookies.GetCookies(new Uri(controller.Address, "/ui"))["weir_session"]!.Value;

        (await browser.SubmitAsync("/ui/sign-out")).Dispose();

        browser.Cookies.Add(new Cookie("weir_session", stolen, "/ui", controller.Address.Host));
        using var refused = await browser.GetAsync("/ui/agents");
        Assert.Equal(HttpStatusCode.Redirect, refused.StatusCode);
    }

    [Fact]
    public async Task A_form_without_the_key_of_the_session_changes_nothing()
    {
        await using var controller = await TestController.StartAsync();
        var run = (await controller.Admin.Runs.StartAsync(Waiting)).Run;
        using var browser = await Browser.SignedInAsync(controller);
        var path = $"/ui/ns/default/runs/{run.Id}/cancel";

        using var bare = await browser.PostAsync(path);
        using var wrong = await browser.PostAsync(path, ("form_key", "guessed"));

        Assert.Equal(HttpStatusCode.Forbidden, bare.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
        Assert.False((await controller.Admin.Runs.GetAsync(run.Id)).CancelRequested);
        using var right = await browser.SubmitAsync(path);
        Assert.Equal(HttpStatusCode.SeeOther, right.StatusCode);
        Assert.Equal(RunStatus.Cancelled, (await controller.Admin.Runs.GetAsync(run.Id)).Status);
    }

    [Fact]
    public async Task A_form_that_another_site_sends_is_refused()
    {
        await using var controller = await TestController.StartAsync();
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("token", controller.AdminToken)]);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(controller.Address, "/ui/sign-in"))
        {
            Content = form,
        };
        request.Headers.Add("Origin", "http://evil.example");

        using var refused = await controller.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.False(refused.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task What_a_role_forbids_is_neither_shown_nor_done()
    {
        await using var controller = await TestController.StartAsync();
        var run = (await controller.Admin.Runs.StartAsync(Waiting)).Run;
        var made = await controller.Admin.Tokens.CreateAsync(
            new CreateTokenRequest("guest", TokenRole.Viewer) { Namespace = "default" });
        using var browser = await Browser.SignedInAsync(controller, made.Token);

        var page = await browser.ReadAsync($"/ui/ns/default/runs/{run.Id}");
        using var cancelled = await browser.SubmitAsync($"/ui/ns/default/runs/{run.Id}/cancel");
        using var elsewhere = await browser.GetAsync("/ui/ns/other/runs");

        Assert.DoesNotContain("/cancel\"", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, cancelled.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, elsewhere.StatusCode);
        Assert.Contains("needs the role runner", await cancelled.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_forbid_scripts_and_styles_within_them()
    {
        await using var controller = await TestController.StartAsync();
        using var browser = await Browser.SignedInAsync(controller);

        using var answer = await browser.GetAsync("/ui/ns/default");

        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self'", policy, StringComparison.Ordinal);
        var html = await answer.Content.ReadAsStringAsync();
        Assert.DoesNotContain("style=\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain(" onclick=", html, StringComparison.Ordinal);
    }
}
