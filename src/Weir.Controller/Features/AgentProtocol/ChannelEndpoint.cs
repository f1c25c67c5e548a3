using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Weir.Contracts.Json;
using Weir.Controller.Features.Requests;
using Weir.Engine.Agents;
using Weir.Engine.Scheduling;
using Weir.Engine.Security;

namespace Weir.Controller.Features.AgentProtocol;

/// <summary>The standing channel an agent dials: what must be quick goes to it, nothing comes back.</summary>
internal static class ChannelEndpoint
{
    public static async Task<IResult> HandleAsync(
        string agent, HttpContext context, AgentGate gate, AgentGateway gateway, IHostApplicationLifetime lifetime)
    {
        var (entry, refusal) = gate.Admit(context, agent, RequestSignature.DigestOf([]));
        if (entry is null) return refusal!;
        if (!context.WebSockets.IsWebSocketRequest) return Refusal.Invalid("", "the channel is a WebSocket");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, lifetime.ApplicationStopping);
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var listening = ListenAsync(socket, stop);
        await SendAsync(socket, entry, gateway, stop.Token);
        await listening;
        return TypedResults.Empty;
    }

    private static async Task SendAsync(
        WebSocket socket, AgentEntry agent, AgentGateway gateway, CancellationToken cancellationToken)
    {
        try
        {
            while (socket.State == WebSocketState.Open)
            {
                var message = await gateway.NextMessageAsync(agent.Identity, cancellationToken);
                var bytes = JsonSerializer.SerializeToUtf8Bytes(message, WeirJson.Default.ChannelMessage);
                await socket.SendAsync(bytes, WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            await CloseAsync(socket);
        }
        catch (WebSocketException)
        {
            socket.Abort();
        }
    }

    /// <summary>Agents say nothing here; reading notices when one leaves, and answers its pings.</summary>
    private static async Task ListenAsync(WebSocket socket, CancellationTokenSource stop)
    {
        var buffer = new byte[256];
        try
        {
            while (
                await socket.ReceiveAsync(
                    buffer.AsMemory(), stop.Token) is { MessageType: not WebSocketMessageType.Close })
            {
                // what it says is not asked for
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // the sender learns it by the token
        }

        await stop.CancelAsync();
    }

    private static async Task CloseAsync(WebSocket socket)
    {
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(
                    WebSocketCloseStatus.EndpointUnavailable, "stopping", CancellationToken.None);
        }
        catch (Exception gone) when (gone is WebSocketException or InvalidOperationException)
        {
            socket.Abort();
        }
    }
}
