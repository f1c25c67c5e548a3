using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Weir.Tests.Storage.Postgres;

/// <summary>A line to a server that can swallow its answers, and then break.</summary>
internal sealed class CuttingLine : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _open = [];
    private readonly string _server;
    private readonly Task _accepting;
    private volatile bool _swallows;

    public CuttingLine(string connection)
    {
        var settings = new NpgsqlConnectionStringBuilder(connection);
        _server = Path.Combine(settings.Host!, ".s.PGSQL.5432");
        _listener.Start();
        settings.Host = "127.0.0.1";
        settings.Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        settings.SslMode = SslMode.Disable;
        Connection = settings.ConnectionString;
        _accepting = AcceptAsync();
    }

    public string Connection { get; }

    /// <summary>What the server says from now on goes nowhere; what it is told arrives.</summary>
    public void SwallowAnswers() => _swallows = true;

    /// <summary>Breaks what is open; new connections are whole again.</summary>
    public void Break()
    {
        _swallows = false;
        lock (_open)
        {
            foreach (var socket in _open) socket.Dispose();
            _open.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Break();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await server.ConnectAsync(new UnixDomainSocketEndPoint(_server));
                lock (_open) _open.AddRange([client, server]);
                _ = CarryAsync(client, server, () => false);
                _ = CarryAsync(server, client, () => _swallows);
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            _listener.Stop();
        }
    }

    private static async Task CarryAsync(Socket from, Socket to, Func<bool> isSwallowed)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                if (!isSwallowed()) await to.SendAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
        {
            to.Dispose();
        }

        to.Dispose();
    }
}
