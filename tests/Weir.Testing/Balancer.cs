using System.Net;
using System.Net.Sockets;

namespace Weir.Testing;

/// <summary>
/// A plain TCP balancer: each new connection goes to the next of its targets that answers, and bytes are carried both
/// ways until either side ends.
/// </summary>
public sealed class Balancer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IReadOnlyList<Func<IPEndPoint?>> _targets;
    private readonly Task _accepting;
    private int _next;

    /// <param name="targets">Where each is now; null while it is down.</param>
    public Balancer(params IReadOnlyList<Func<IPEndPoint?>> targets)
    {
        _targets = targets;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            _listener.Stop();
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using (client)
        using (var server = await ConnectAsync())
        {
            if (server is null) return;
            await Task.WhenAny(CarryAsync(client, server), CarryAsync(server, client));
        }
    }

    private async Task<Socket?> ConnectAsync()
    {
        for (var tries = 0; tries < _targets.Count; tries++)
        {
            var target = _targets[(int)((uint)Interlocked.Increment(ref _next) % (uint)_targets.Count)]();
            if (target is null) continue;
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(target);
                return socket;
            }
            catch (SocketException)
            {
                socket.Dispose();
            }
        }

        return null;
    }

    private static async Task CarryAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count) await to.SendAsync(buffer.AsMemory(0, count));
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
        {
            // both ends are closed by who waits for this
        }
    }
}
