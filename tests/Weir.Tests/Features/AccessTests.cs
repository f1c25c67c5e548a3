using System.Net;
using Weir.Contracts.Client;
using Weir.Contracts.Problems;
using Weir.Contracts.Tokens;
using Weir.Controller.Hosting;
using Weir.Testing;

namespace Weir.Tests.Features;

public sealed class AccessTests
{
    [Fact]
    public async Task Health_and_version_need_no_token()
    {
        await using var controller = await TestController.StartAsync();
        var anybody = controller.With(token: null);

        await anybody.CheckReadyAsync();
        var version = await anybody.GetVersionAsync();

        Assert.Equal([1], version.Protocols);
        Assert.False(string.IsNullOrEmpty(version.Version));
    }

    [Fact]
    public async Task Without_a_token_everything_else_is_refused()
    {
        await using var controller = await TestController.StartAsync();

        var refused = await Assert.ThrowsAsync<WeirApiException>(() => controller.With(token: null).WhoAmIAsync());

        Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
        Assert.Equal(ErrorCodes.NotAuthorised, refused.Code);
    }

    [Fact]
    public async Task The_first_start_leaves_an_admin_token_only_its_owner_can_read()
    {
        await using var controller = await TestController.StartAsync();
        var file = Path.Combine(controller.Options.DataFolder, "admin.token");

        var token = (await File.ReadAllTextAsync(file)).Trim();

        Assert.Equal(TokenRole.Admin, (await controller.With(token).WhoAmIAsync()).Role);
        Assert.StartsWith("weir_", token, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task The_admin_token_outlives_a_restart_unless_it_was_revoked()
    {
        await using var controller = await TestController.StartAsync();
        var first = controller.AdminToken;
        await controller.RestartAsync();
        Assert.Equal(first, controller.AdminToken);
        await controller.Admin.WhoAmIAsync();

        var own = Assert.Single((await controller.Admin.Tokens.ListAsync()).Items);
        await controller.Admin.Tokens.RevokeAsync(own.Id);
        await controller.RestartAsync();

        Assert.NotEqual(first, controller.AdminToken);
        await controller.Admin.WhoAmIAsync();
        await Assert.ThrowsAsync<WeirApiException>(() => controller.With(first).WhoAmIAsync());
    }

    [Fact]
    public async Task A_revoked_token_opens_nothing_from_then_on()
    {
        await using var controller = await TestController.StartAsync();
        var created = await controller.Admin.Tokens.CreateAsync(
            new CreateTokenRequest("ann", TokenRole.Viewer) { Namespace = "default" });
        await controller.With(created.Token).WhoAmIAsync();

        await controller.Admin.Tokens.RevokeAsync(created.View.Id);

        var refused = await Assert.ThrowsAsync<WeirApiException>(() => controller.With(created.Token).WhoAmIAsync());
        Assert.Equal(ErrorCodes.NotAuthorised, refused.Code);
    }

    [Fact]
    public async Task A_token_expires()
    {
        var time = new ManualTime();
        await using var controller = await TestController.StartAsync(options => options with { Time = time });
        var request = new CreateTokenRequest(
            "ann", TokenRole.Viewer) { Namespace = "default", ExpiresIn = TimeSpan.FromMinutes(1) };
        var token = (await controller.Admin.Tokens.CreateAsync(request)).Token;
        await controller.With(token).WhoAmIAsync();

        time.Advance(TimeSpan.FromMinutes(1));

        var refused = await Assert.ThrowsAsync<WeirApiException>(() => controller.With(token).WhoAmIAsync());
        Assert.Equal(ErrorCodes.TokenExpired, refused.Code);
    }

    [Theory]
    [InlineData(TokenRole.Viewer)]
    [InlineData(TokenRole.Runner)]
    [InlineData(TokenRole.NamespaceAdmin)]
    public async Task Only_an_admin_sees_tokens_and_agents(TokenRole role)
    {
        await using var controller = await TestController.StartAsync();
        var client = await controller.AsAsync(role);

        var tokens = await Assert.ThrowsAsync<WeirApiException>(() => client.Tokens.ListAsync());
        var agents = await Assert.ThrowsAsync<WeirApiException>(() => client.Agents.ListAsync());

        Assert.Equal((HttpStatusCode.Forbidden, ErrorCodes.NotPermitted), (tokens.Status, tokens.Code));
        Assert.Equal(ErrorCodes.NotPermitted, agents.Code);
    }

    [Fact]
    public async Task A_token_opens_its_own_namespace_only()
    {
        await using var controller = await TestController.StartAsync();
        var request = new CreateTokenRequest("ann", TokenRole.Viewer) { Namespace = "physics" };
        var token = (await controller.Admin.Tokens.CreateAsync(request)).Token;

        Assert.Equal("physics", (await controller.With(token).WhoAmIAsync()).Namespace);
        Assert.Equal("physics", (await controller.With(token, "physics").WhoAmIAsync()).Namespace);
        var refused = await Assert.ThrowsAsync<WeirApiException>(
            () => controller.With(token, "chemistry").WhoAmIAsync());
        Assert.Equal(ErrorCodes.NotPermitted, refused.Code);
        Assert.Equal("chemistry", (await controller.With(controller.AdminToken, "chemistry").WhoAmIAsync()).Namespace);
    }

    [Fact]
    public async Task A_bad_token_request_is_told_all_its_problems()
    {
        await using var controller = await TestController.StartAsync();
        var request = new CreateTokenRequest("", TokenRole.Viewer) { Namespace = "No Such", ExpiresIn = TimeSpan.Zero };

        var refused = await Assert.ThrowsAsync<WeirApiException>(() => controller.Admin.Tokens.CreateAsync(request));

        Assert.Equal(["name", "namespace", "expires_in"], refused.Problems.Select(problem => problem.Path));
    }

    [Fact]
    public async Task A_token_that_sends_too_much_is_slowed_down_and_the_others_are_not()
    {
        var time = new ManualTime();
        await using var controller = await TestController.StartAsync(
            options => options with { Time = time, RequestsPerSecond = 2 });
        var greedy = controller.Admin;
        var other = await controller.AsAsync(TokenRole.Viewer);
        for (var i = 0; i < 3; i++) await greedy.WhoAmIAsync();

        var refused = await Assert.ThrowsAsync<WeirApiException>(() => greedy.WhoAmIAsync());

        Assert.Equal((HttpStatusCode.TooManyRequests, ErrorCodes.RateExceeded), (refused.Status, refused.Code));
        await other.WhoAmIAsync();
        time.Advance(TimeSpan.FromSeconds(1));
        await greedy.WhoAmIAsync();
    }

    [Fact]
    public async Task Who_guesses_tokens_is_slowed_down_and_who_has_one_is_not()
    {
        var time = new ManualTime();
        await using var controller = await TestController.StartAsync(options => options with { Time = time });
        var stranger = controller.With("weir_" + new string('x', 32));
        WeirApiException refused;
        var tries = 0;
        do refused = await Assert.ThrowsAsync<WeirApiException>(() => stranger.WhoAmIAsync());
        while (refused.Status == HttpStatusCode.Unauthorized && ++tries < 200);

        Assert.Equal((HttpStatusCode.TooManyRequests, 100), (refused.Status, tries));
        await controller.Admin.WhoAmIAsync();
        time.Advance(TimeSpan.FromSeconds(1));
        refused = await Assert.ThrowsAsync<WeirApiException>(() => stranger.WhoAmIAsync());
        Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
    }

    [Fact]
    public async Task The_tokens_of_the_config_open_their_namespaces()
    {
        await using var controller = await TestController.StartAsync(options => options with
        {
            InitialTokens =
                [new InitialToken("demo", "58981bcbab77ef4b8e01207134c38873e0936a9ab88cd76b243a2e2c85390b94")],
        });

        var who = await controller.With(controller.Options.InitialTokens[0].Token).WhoAmIAsync();

        Assert.Equal(("demo", TokenRole.NamespaceAdmin), (who.Namespace, who.Role));
    }

    [Fact]
    public async Task Tokens_are_stored_as_hashes_only()
    {
        await using var controller = await TestController.StartAsync();
        await controller.AsAsync(TokenRole.Viewer);

        var stored = await controller.Part<Weir.Engine.Storage.IDocumentStore>().ListAsync("", null, 500, default);

        Assert.NotEmpty(stored);
        Assert.DoesNotContain(
            stored, document => (document.Key + document.Json).Contains("weir_", StringComparison.Ordinal));
    }
}
