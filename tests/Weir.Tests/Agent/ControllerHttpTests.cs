using System.Net;
using System.Net.Sockets;
using System.Text;
using Weir.Agent;
using Weir.Agent.Links;
using Weir.Engine.Links;
using Weir.Testing;

namespace Weir.Tests.Agent;

public sealed class ControllerHttpTests
{
    [Fact]
    public async Task An_answer_that_stops_in_its_middle_is_given_up_with_the_patience()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var time = new ManualTime();
        using var http = new ControllerHttp(
            new AgentOptions
            {
                Name = "a", DataDirectory = "", Controller = new Uri($"http://{listener.LocalEndpoint}"),
            },
            time);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/agents/a/renew");
        var answer = http.SendAsync(request, TimeSpan.FromSeconds(15), CancellationToken.None);
        using var connection = await listener.AcceptTcpClientAsync();
        await connection.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"answers\":"));
        await Eventually.HoldsAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return answer.IsCompleted;
            },
            "it gives up");
        var silent = await Assert.ThrowsAsync<LinkException>(() => answer);
        Assert.False(silent.Permanent);
        Assert.Contains("did not answer", silent.Message, StringComparison.Ordinal);
    }
}
