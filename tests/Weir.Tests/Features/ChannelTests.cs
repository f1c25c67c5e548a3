using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Agents;
using Weir.Contracts.Json;
using Weir.Contracts.Routes;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Testing;

namespace Weir.Tests.Features;

public sealed class ChannelTests
{
    [Fact]
    public async Task An_agent_is_told_at_once_to_stop_what_was_cancelled()
    {
        await using var controller = await TestController.StartAsync();
        await controller.Admin.Runs.StartAsync(new StartRunRequest { Definition = RunTests.TwoSteps });
        using var agent = await TestControllerAgent.JoinAsync(controller);
        var work = Assert.Single(await agent.ClaimAsync());
        using var socket = await DialAsync(controller, agent);

        await controller.Admin.Runs.CancelAsync("build#1");

        var message = await ReceiveAsync(socket);
        Assert.Equal((ChannelMessageKind.Stop, work.Fence), (message.Kind, message.Fence));
    }

    [Fact]
    public async Task The_channel_opens_to_its_agent_only()
    {
        await using var controller = await TestController.StartAsync();
        using var agent = await TestControllerAgent.JoinAsync(controller);
        agent.Session = "another";

        await Assert.ThrowsAsync<WebSocketException>(() => DialAsync(controller, agent));
    }

    [Fact]
    public async Task A_standing_channel_does_not_hold_up_a_stop()
    {
        await using var controller = await TestController.StartAsync(
            options => options with { StopGrace = TimeSpan.FromSeconds(30) });
        using var agent = await TestControllerAgent.JoinAsync(controller);
        using var socket = await DialAsync(controller, agent);
        var claiming = agent.ClaimAsync(wait: 30_000);
        var start = TimeProvider.System.GetTimestamp();

        await controller.RestartAsync();

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(15));
        await Assert.ThrowsAnyAsync<Exception>(() => claiming);
    }

    [Fact]
    public async Task The_agent_in_the_controllers_own_process_follows_the_same_rules()
    {
        await using var controller = await TestController.StartAsync();
        using var key = new TestControllerAgent(controller);
        var link = await controller.Host.ConnectAsync(
            new EnrolRequest("local", key.PublicKey) { Slots = 2 }, CancellationToken.None);
        await controller.Admin.Runs.StartAsync(new StartRunRequest { Definition = RunTests.TwoSteps });

        var claimed = await link.ClaimAsync(
            new ClaimRequest(new ClaimNonce(1, 1), 1, 5_000) { Runtimes = ["fake", "process"] },
            CancellationToken.None);
        var work = Assert.Single(claimed.Assignments);
        await link.AppendLogAsync(
            work.Fence, [new LogPiece(LogStream.Stdout, 0, 0, "hi"u8.ToArray())], CancellationToken.None);
        await link.FinishAsync(RunTests.Success(work), CancellationToken.None);

        var step = (await controller.Admin.Runs.GetAsync("build#1")).Steps![0];
        Assert.Equal((RunStatus.Success, link.AgentId), (step.Status, step.Attempts[0].Agent));
        Assert.Equal(
            "hi", Encoding.UTF8.GetString((await controller.Admin.Logs.ReadAsync("build#1", "first")).Bytes.Span));
        var again = await controller.Host.ConnectAsync(
            new EnrolRequest("local", key.PublicKey), CancellationToken.None);
        Assert.Equal(link.AgentId, again.AgentId);
        await controller.Admin.Agents.RevokeAsync(link.AgentId);
        var shutOut = await Assert.ThrowsAsync<Weir.Engine.Links.LinkException>(
            () => link.RenewAsync(new RenewRequest(new ClaimNonce(1, 1), []), CancellationToken.None));
        Assert.True(shutOut.Permanent);
    }

    private static async Task<ClientWebSocket> DialAsync(TestController controller, TestControllerAgent agent)
    {
        var socket = new ClientWebSocket();
        foreach (var (name, value) in agent.ChannelHeaders()) socket.Options.SetRequestHeader(name, value);
        var address = new UriBuilder(
            controller.Address) { Scheme = "ws", Path = ApiRoutes.Fill(ApiRoutes.AgentChannel, agent.Id) };
        await socket.ConnectAsync(address.Uri, CancellationToken.None);
        return socket;
    }

    private static async Task<ChannelMessage> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[4096];
        using var cap = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        var received = await socket.ReceiveAsync(buffer.AsMemory(), cap.Token);
        return JsonSerializer.Deserialize(buffer.AsSpan(0, received.Count), WeirJson.Default.ChannelMessage)!;
    }
}
