using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Json;
using Weir.Contracts.Routes;
using Weir.Engine.Links;

namespace Weir.Agent.Links;

/// <summary>The standing WebSocket that the agent dials; dialled anew by the next call after it broke.</summary>
internal sealed class AgentChannel(ControllerHttp http, AgentSession session, TimeProvider time) : IDisposable
{
    private const int LongestMessage = 64 * 1024;
    private static readonly TimeSpan DialTime = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan PingPeriod = TimeSpan.FromSeconds(15);
    private readonly byte[] _buffer = new byte[LongestMessage];
    private ClientWebSocket? _socket;

    /// <summary>One caller at a time.</summary>
    public async Task<ChannelMessage> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            _socket ??= await DialAsync(cancellationToken);
            var length = await ReadAsync(_socket, cancellationToken);
            return JsonSerializer.Deserialize(_buffer.AsSpan(0, length), WeirJson.Default.ChannelMessage)
                ?? throw new LinkException("the channel's message was empty");
        }
        catch (Exception e) when (e is WebSocketException or HttpRequestException or IOException or JsonException)
        {
            Hang();
            throw new LinkException($"the channel broke: {e.Message}", e);
        }
        catch (LinkException)
        {
            Hang();
            throw;
        }
    }

    public void Dispose() => Hang();

    private async Task<int> ReadAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        for (var length = 0; ;)
        {
            var part = await socket.ReceiveAsync(_buffer.AsMemory(length), cancellationToken);
            length += part.Count;
            if (part.MessageType == WebSocketMessageType.Close)
            {
                throw new LinkException("the controller closed the channel");
            }

            if (part.EndOfMessage) return length;
            if (length == LongestMessage) throw new LinkException("the channel's message is too long");
        }
    }

    private async Task<ClientWebSocket> DialAsync(CancellationToken cancellationToken)
    {
        var path = session.PathOf("channel");
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = PingPeriod;
        socket.Options.KeepAliveTimeout = PingPeriod;
        socket.Options.CollectHttpResponseDetails = true;
        foreach (var (name, value) in await session.HeadersAsync("GET", path, cancellationToken))
        {
            socket.Options.SetRequestHeader(name, value);
        }

        socket.Options.SetRequestHeader(ApiHeaders.Protocol, http.Protocol);
        using var timeout = new CancellationTokenSource(DialTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var scheme = http.Controller.Scheme == "https" ? "wss" : "ws";
            var address = new UriBuilder(http.Controller) { Scheme = scheme, Path = path };
            await socket.ConnectAsync(address.Uri, http.Invoker, either.Token);
            return socket;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new LinkException($"the channel did not open within {DialTime.TotalSeconds:0} s", e);
        }
        catch
        {
            if (socket.HttpStatusCode == HttpStatusCode.Unauthorized) session.Forget();
            socket.Dispose();
            throw;
        }
    }

    private void Hang()
    {
        _socket?.Dispose();
        _socket = null;
    }
}
