using System.Buffers.Binary;
using System.Net.Sockets;
using Weir.Contracts.AgentProtocol;

namespace Weir.Runtimes.Docker.Api;

/// <summary>A container's standard streams over one connection, output as frames that name their stream.</summary>
internal sealed class HijackedStream(HttpClient http, Socket socket, Stream stream) : IAsyncDisposable
{
    private const int HeadBytes = 8;
    private const byte StderrFrame = 2;
    private readonly byte[] _head = new byte[HeadBytes];
    private LogStream _name;
    private long _left;

    public Stream Input => stream;

    public void CloseInput() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>Bytes of one stream; a count of 0 is the end.</summary>
    public async ValueTask<(LogStream Stream, int Count)> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (_left == 0)
        {
            var got = await stream.ReadAtLeastAsync(_head, HeadBytes, throwOnEndOfStream: false, cancellationToken);
            if (got == 0) return (_name, 0);
            if (got < HeadBytes) throw new EndOfStreamException();
            _name = _head[0] == StderrFrame ? LogStream.Stderr : LogStream.Stdout;
            _left = BinaryPrimitives.ReadUInt32BigEndian(_head.AsSpan(4));
        }

        var count = await stream.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
        if (count == 0) throw new EndOfStreamException();
        _left -= count;
        return (_name, count);
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        http.Dispose();
        socket.Dispose();
    }
}
