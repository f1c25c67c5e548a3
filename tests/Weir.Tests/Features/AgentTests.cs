using System.Net;
using System.Text.Json;
using Weir.Contracts.Agents;
using Weir.Contracts.Client;
using Weir.Contracts.Json;
using Weir.Contracts.Problems;
using Weir.Contracts.Routes;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Testing;

namespace Weir.Tests.Features;

public sealed class AgentTests
{
    [Fact]
    public async Task An_agent_with_a_join_token_is_active_at_once_with_the_rights_of_the_token()
    {
        await using var controller = await TestController.StartAsync();
        using var agent = await TestControllerAgent.JoinAsync(controller, new CreateJoinTokenRequest
        {
            Labels = new Dictionary<string, string> { ["gpu"] = "true" },
            Namespaces = ["physics"],
        });

        var view = await controller.Admin.Agents.GetAsync("tester");

        Assert.Equal((agent.Id, AgentState.Active, true), (view.Id, view.State, view.Online));
        Assert.Equal("true", view.Labels["gpu"]);
        Assert.Equal(["physics"], view.Namespaces);
        Assert.Equal((4, 0), (view.Slots, view.Busy));
    }

    [Fact]
    public async Task A_label_of_the_host_is_what_the_agent_says_of_it()
    {
        const string Flow = "name: f\nruntime: fake\nsteps: [{ name: s, commands: [x], labels: { host.arch: ARCH } }]";
        await using var controller = await TestController.StartAsync();
        using var agent = new TestControllerAgent(controller) { Host = { ["host.arch"] = "arm64" } };
        var join = await controller.Admin.Agents.CreateJoinTokenAsync(new CreateJoinTokenRequest());
        using var enrolled = await agent.EnrolAsync(join.Token);
        using var opened = await agent.OpenSessionAsync();
        foreach (var arch in (string[])["x64", "arm64"])
        {
            var flow = Flow.Replace("ARCH", arch, StringComparison.Ordinal);
            await controller.Admin.Runs.StartAsync(new StartRunRequest { Definition = flow });
        }

        Assert.Equal(2, Assert.Single(await agent.ClaimAsync(slots: 2)).RunNumber);
    }

    [Fact]
    public async Task An_agent_without_a_join_token_waits_for_approval()
    {
        await using var controller = await TestController.StartAsync();
        using var agent = new TestControllerAgent(controller);
        using var enrolled = await agent.EnrolAsync(joinToken: null);
        enrolled.EnsureSuccessStatusCode();

        using var early = await agent.OpenSessionAsync();
        Assert.Equal(ErrorCodes.AgentNotApproved, await CodeAsync(early));

        Assert.Equal(AgentState.Active, (await controller.Admin.Agents.ApproveAsync(agent.Id)).State);
        using var opened = await agent.OpenSessionAsync();
        Assert.Equal(HttpStatusCode.OK, opened.StatusCode);
        Assert.Empty(await agent.ClaimAsync(wait: 0));
    }

    [Fact]
    public async Task The_same_key_is_the_same_agent_also_after_its_token_is_used_up()
    {
        await using var controller = await TestController.StartAsync();
        using var agent = new TestControllerAgent(controller);
        var join = await controller.Admin.Agents.CreateJoinTokenAsync(new CreateJoinTokenRequest());
        using var first = await agent.EnrolAsync(join.Token);
        var id = agent.Id;

        using var again = await agent.EnrolAsync(join.Token);

        Assert.Equal((HttpStatusCode.OK, id), (again.StatusCode, agent.Id));
        Assert.Single((await controller.Admin.Agents.ListAsync()).Items);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_claim_that_waits_brings_nothing_once_its_agent_is_drained_or_revoked(bool revoke)
    {
        await using var controller = await TestController.StartAsync();
        using var agent = await TestControllerAgent.JoinAsync(controller);
        var waiting = agent.ClaimAsync(wait: 3_000);
        await Eventually.HoldsAsync(
            async () => (await controller.Admin.Agents.GetAsync(agent.Id)).Runtimes.Count > 1, "it has asked");
        if (revoke) await controller.Admin.Agents.RevokeAsync(agent.Id);
        else await controller.Admin.Agents.DrainAsync(agent.Id);
        await controller.Admin.Runs.StartAsync(
            new StartRunRequest { Definition = "name: a\nsteps: [{ name: a, commands: ['true'] }]\n" });

        Assert.Empty(await waiting);
        Assert.Equal(RunStatus.Pending, (await controller.Admin.Runs.GetAsync("a#1")).Status);
    }

    [Fact]
    public async Task A_join_token_works_as_often_as_it_says_and_no_more()
    {
        await using var controller = await TestController.StartAsync();
        var join = await controller.Admin.Agents.CreateJoinTokenAsync(new CreateJoinTokenRequest { Uses = 2 });
        var agents = Enumerable.Range(0, 6).Select(_ => new TestControllerAgent(controller)).ToList();

        var answers = await Task.WhenAll(agents.Select(agent => agent.EnrolAsync(join.Token)));

        Assert.Equal(2, answers.Count(answer => answer.IsSuccessStatusCode));
        foreach (var refused in answers.Where(answer => !answer.IsSuccessStatusCode))
            Assert.Equal(
                (HttpStatusCode.Unauthorized, ErrorCodes.TokenUsed), (refused.StatusCode, await CodeAsync(refused)));
        Assert.Empty((await controller.Admin.Agents.ListJoinTokensAsync()).Items);
        agents.ForEach(agent => agent.Dispose());
    }

    [Fact]
    public async Task An_expired_or_unknown_join_token_is_refused()
    {
        var time = new ManualTime();
        await using var controller = await TestController.StartAsync(options => options with { Time = time });
        var join = await controller.Admin.Agents.CreateJoinTokenAsync(
            new CreateJoinTokenRequest { ExpiresIn = TimeSpan.FromMinutes(1) });
        time.Advance(TimeSpan.FromMinutes(1));
        using var agent = new TestControllerAgent(controller);

        using var expired = await agent.EnrolAsync(join.Token);
        using var unknown = await agent.EnrolAsync("weir_nonsense");

        Assert.Equal(ErrorCodes.TokenExpired, await CodeAsync(expired));
        Assert.Equal(ErrorCodes.TokenNotFound, await CodeAsync(unknown));
        Assert.Empty((await controller.Admin.Agents.ListAsync()).Items);
    }

    [Fact]
    public async Task A_join_token_that_was_taken_back_opens_nothing()
    {
        await using var controller = await TestController.StartAsync();
        var join = await controller.Admin.Agents.CreateJoinTokenAsync(new CreateJoinTokenRequest());
        var listed = Assert.Single((await controller.Admin.Agents.ListJoinTokensAsync()).Items);
        await controller.Admin.Agents.DeleteJoinTokenAsync(listed.Id);
        using var agent = new TestControllerAgent(controller);

        using var refused = await agent.EnrolAsync(join.Token);

        Assert.Equal(ErrorCodes.TokenNotFound, await CodeAsync(refused));
    }

    [Fact]
    public async Task A_revoked_agent_is_shut_out_at_once_and_for_good()
    {
        await using var controller = await TestController.StartAsync();
        using var agent = await TestControllerAgent.JoinAsync(controller);

        await controller.Admin.Agents.RevokeAsync(agent.Id);

        var shutOut = await Assert.ThrowsAsync<HttpRequestException>(() => agent.ClaimAsync());
        Assert.Contains(ErrorCodes.AgentRevoked, shutOut.Message, StringComparison.Ordinal);
        using var session = await agent.OpenSessionAsync();
        Assert.Equal(ErrorCodes.AgentRevoked, await CodeAsync(session));
        var refused = await Assert.ThrowsAsync<WeirApiException>(() => controller.Admin.Agents.ApproveAsync(agent.Id));
        Assert.Equal(ErrorCodes.AgentState, refused.Code);
        await controller.RestartAsync();
        Assert.Equal(AgentState.Revoked, (await controller.Admin.Agents.GetAsync(agent.Id)).State);
    }

    [Fact]
    public async Task A_draining_agent_is_told_so_until_it_is_resumed()
    {
        await using var controller = await TestController.StartAsync();
        using var agent = await TestControllerAgent.JoinAsync(controller);

        Assert.Equal(AgentState.Draining, (await controller.Admin.Agents.DrainAsync(agent.Id)).State);
        Assert.True((await agent.RenewAsync(new(new(1, 0), []))).Drain);
        Assert.Equal(AgentState.Active, (await controller.Admin.Agents.ResumeAsync(agent.Id)).State);
        Assert.False((await agent.RenewAsync(new(new(1, 0), []))).Drain);
    }

    [Fact]
    public async Task Labels_are_an_admins_to_set_and_host_facts_are_not_labels()
    {
        await using var controller = await TestController.StartAsync();
        using var agent = await TestControllerAgent.JoinAsync(controller);
        var agents = controller.Admin.Agents;

        var view = await agents.UpdateAsync(
            agent.Id, new UpdateAgentRequest { Labels = new Dictionary<string, string> { ["zone"] = "a" } });
        Assert.Equal("a", view.Labels["zone"]);
        var refused = await Assert.ThrowsAsync<WeirApiException>(() => agents.UpdateAsync(
            agent.Id, new UpdateAgentRequest { Labels = new Dictionary<string, string> { ["host.os"] = "linux" }, Namespaces = ["No"] }));

        Assert.Equal(2, refused.Problems.Count);
        Assert.Equal("a", (await agents.GetAsync(agent.Id)).Labels["zone"]);
    }

    [Fact]
    public async Task A_session_is_gone_after_a_restart_and_the_agent_opens_a_new_one()
    {
        await using var controller = await TestController.StartAsync();
        using var agent = await TestControllerAgent.JoinAsync(controller);
        await controller.RestartAsync();

        using var stale = await agent.SendAsync(
            HttpMethod.Post, ApiRoutes.Fill(ApiRoutes.AgentClaim, agent.Id), "{}"u8.ToArray());
        Assert.Equal(
            (HttpStatusCode.Unauthorized, ErrorCodes.SignatureInvalid), (stale.StatusCode, await CodeAsync(stale)));

        using var opened = await agent.OpenSessionAsync();
        Assert.Empty(await agent.ClaimAsync(wait: 0));
    }

    [Fact]
    public async Task A_clock_that_is_far_off_is_told_the_right_time()
    {
        await using var controller = await TestController.StartAsync();
        using var agent = await TestControllerAgent.JoinAsync(controller);
        agent.Skew = TimeSpan.FromMinutes(6);

        using var refused = await agent.OpenSessionAsync();

        Assert.Equal(ErrorCodes.SignatureInvalid, await CodeAsync(refused));
        var told = DateTimeOffset.FromUnixTimeMilliseconds(
            long.Parse(refused.Headers.GetValues(ApiHeaders.Time).Single()));
        Assert.InRange((told - TimeProvider.System.GetUtcNow()).Duration(), TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Another_agents_session_another_body_or_another_protocol_is_refused()
    {
        await using var controller = await TestController.StartAsync();
        using var agent = await TestControllerAgent.JoinAsync(controller);
        using var other = await TestControllerAgent.JoinAsync(controller);

        using var crossed = await agent.SendAsync(
            HttpMethod.Post, ApiRoutes.Fill(ApiRoutes.AgentClaim, other.Id), "{}"u8.ToArray());
        Assert.Equal(ErrorCodes.SignatureInvalid, await CodeAsync(crossed));
        agent.Session = other.Session;
        using var stolen = await agent.SendAsync(
            HttpMethod.Post, ApiRoutes.Fill(ApiRoutes.AgentClaim, other.Id), "{}"u8.ToArray());
        Assert.Equal(ErrorCodes.SignatureInvalid, await CodeAsync(stolen));
        other.Protocol = "7";
        using var strange = await other.OpenSessionAsync();
        Assert.Equal(ErrorCodes.ProtocolUnsupported, await CodeAsync(strange));
    }

    [Fact]
    public async Task Enrolment_with_a_key_the_caller_does_not_hold_is_refused()
    {
        await using var controller = await TestController.StartAsync();
        using var honest = new TestControllerAgent(controller);
        using var thief = new TestControllerAgent(controller);
        var stolen = JsonSerializer.SerializeToUtf8Bytes(
            new EnrolRequest("thief", honest.PublicKey), WeirJson.Default.EnrolRequest);
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(controller.Address, ApiRoutes.AgentEnrol))
        {
            Content = new ByteArrayContent(stolen),
        };
        request.Headers.Add(ApiHeaders.Protocol, "1");
        request.Headers.Add(ApiHeaders.Time, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds().ToString());
        request.Headers.Add(ApiHeaders.Signature, Convert.ToBase64String(new byte[64]));

        using var refused = await controller.Http.SendAsync(request);

        Assert.Equal(ErrorCodes.SignatureInvalid, await CodeAsync(refused));
        Assert.Empty((await controller.Admin.Agents.ListAsync()).Items);
    }

    [Fact]
    public async Task When_an_agent_was_last_seen_outlives_a_restart()
    {
        await using var controller = await TestController.StartAsync();
        using var agent = await TestControllerAgent.JoinAsync(controller);

        await controller.RestartAsync();

        Assert.NotNull((await controller.Admin.Agents.GetAsync(agent.Id)).LastSeen);
    }

    private static async Task<string> CodeAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return JsonSerializer.Deserialize(text, WeirJson.Default.ProblemBody)!.Code;
    }
}
