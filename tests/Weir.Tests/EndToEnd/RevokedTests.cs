using System.Net;
using Weir.Contracts.Client;
using Weir.Contracts.Problems;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Contracts.Tokens;
using Weir.Testing;

namespace Weir.Tests.EndToEnd;

public sealed class RevokedTests
{
    [Fact]
    public async Task A_revoked_agent_stops_its_step_and_ends_and_cannot_come_back()
    {
        await using var pair = await WeirPair.StartAsync();
        var marks = pair.Weir.OpenFolder("marks");
        var run = await pair.StartRunAsync($$"""
            name: moved
            runtime: process
            steps:
              - name: a
                env: { MARKS: '{{marks}}' }
                commands: ['echo $$ > "$MARKS/pid"; mkdir "$MARKS/first"; sleep 300']
            """);
        await Eventually.HoldsAsync(() => Directory.Exists(Path.Combine(marks, "first")), "the step runs");
        var agent = Assert.Single((await pair.Client.Agents.ListAsync()).Items);
        var revoked = await pair.Weir.RunAsync("agent", "revoke", agent.Id);
        Assert.True(revoked.Code == 0, revoked.Error);

        Assert.Equal(4, await pair.Agent.ExitCodeAsync());
        Assert.Contains(ErrorCodes.AgentRevoked, pair.Agent.Printed, StringComparison.Ordinal);
        var shell = (await File.ReadAllTextAsync(Path.Combine(marks, "pid"))).Trim();
        Assert.False(Directory.Exists($"/proc/{shell}"));
        await pair.StartAgentAsync();
        Assert.Equal(4, await pair.Agent.ExitCodeAsync());
        Assert.Contains(ErrorCodes.AgentRevoked, pair.Agent.Printed, StringComparison.Ordinal);

        var step = Assert.Single((await pair.GetAsync(run)).Steps!);
        Assert.Equal((RunStatus.Running, true), (step.Status, step.Unreachable));
    }

    [Fact]
    public async Task A_token_that_expired_or_was_revoked_or_may_not_is_told_so()
    {
        await using var pair = await WeirPair.StartAsync();
        var viewer = await TokenAsync(pair, TokenRole.Viewer, life: null);
        var start = await Assert.ThrowsAsync<WeirApiException>(
            () => pair.With(viewer.Token).Runs.StartAsync(new StartRunRequest { Definition = "name: a" }));
        Assert.Equal((HttpStatusCode.Forbidden, ErrorCodes.NotPermitted), (start.Status, start.Code));
        pair.Weir.Write("f.yml", "name: a\nsteps: [{ name: a, commands: ['true'] }]\n");
        await AssertRefusedAsync(
            pair, viewer.Token, ErrorCodes.NotPermitted, "run", "start", "--file", "f.yml");

        Assert.Equal(0, (await pair.Weir.RunAsync("run", "list", "--token", viewer.Token)).Code);
        Assert.Equal(0, (await pair.Weir.RunAsync("token", "revoke", viewer.View.Id)).Code);
        await AssertRefusedAsync(pair, viewer.Token, ErrorCodes.NotAuthorised, "run", "list");

        var brief = await TokenAsync(pair, TokenRole.Viewer, TimeSpan.FromMilliseconds(1));
        await AssertRefusedAsync(pair, brief.Token, ErrorCodes.TokenExpired, "run", "list");
        var expired = await Assert.ThrowsAsync<WeirApiException>(() => pair.With(brief.Token).Runs.ListAsync());
        Assert.Equal((HttpStatusCode.Unauthorized, ErrorCodes.TokenExpired), (expired.Status, expired.Code));
    }

    private static Task<CreateTokenResponse> TokenAsync(WeirPair pair, TokenRole role, TimeSpan? life) =>
        pair.Client.Tokens.CreateAsync(
            new CreateTokenRequest("someone", role) { Namespace = "default", ExpiresIn = life });

    private static async Task AssertRefusedAsync(
        WeirPair pair, string token, string code, params string[] arguments)
    {
        var refused = await pair.Weir.RunAsync([.. arguments, "--token", token]);
        Assert.Equal(4, refused.Code);
        Assert.Contains(code, refused.Error, StringComparison.Ordinal);
        Assert.Empty(refused.Output);
    }
}
