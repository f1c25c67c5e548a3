using Weir.Contracts.AgentProtocol;

namespace Weir.Engine.Storage.Memory;

/// <summary>The log of one attempt. Not thread-safe: its store's lock guards it.</summary>
internal sealed class MemoryLog
{
    private readonly GrowingBytes _stdout = new();
    private readonly GrowingBytes _stderr = new();
    private readonly List<LogIndexEntry> _index = [];
    private readonly List<TaskCompletionSource> _followers = [];

    public bool Closed { get; private set; }

    public LogLengths Lengths => new(_stdout.Length, _stderr.Length);

    /// <summary>True when the piece brought anything new.</summary>
    public bool Append(LogPiece piece, DateTimeOffset now)
    {
        var bytes = Of(piece.Stream);
        if (piece.Offset < 0 || piece.Offset > bytes.Length) return false;
        var known = (int)Math.Min(bytes.Length - piece.Offset, piece.Bytes.Length);
        var fresh = piece.Bytes.Span[known..];
        if (fresh.IsEmpty) return false;
        _index.Add(new LogIndexEntry(now.Kept(), piece.Stream, bytes.Length, fresh.Length, piece.Command));
        bytes.Append(fresh);
        return true;
    }

    public int Read(LogStream stream, long offset, Span<byte> buffer) => Of(stream).Read(offset, buffer);

    public IReadOnlyList<LogIndexEntry> ReadIndex(int skip, int limit) => [.. _index.Skip(skip).Take(limit)];

    public void Follow(TaskCompletionSource follower) => _followers.Add(follower);

    public void Leave(TaskCompletionSource follower) => _followers.Remove(follower);

    public void Wake()
    {
        foreach (var follower in _followers) follower.TrySetResult();
        _followers.Clear();
    }

    public void Close()
    {
        Closed = true;
        Wake();
    }

    private GrowingBytes Of(LogStream stream) => stream == LogStream.Stdout ? _stdout : _stderr;

    private sealed class GrowingBytes
    {
        private byte[] _bytes = [];

        public int Length { get; private set; }

        public void Append(ReadOnlySpan<byte> bytes)
        {
            if (Length + bytes.Length > _bytes.Length)
                Array.Resize(ref _bytes, Math.Max(Length + bytes.Length, _bytes.Length * 2));
            bytes.CopyTo(_bytes.AsSpan(Length));
            Length += bytes.Length;
        }

        public int Read(long offset, Span<byte> buffer)
        {
            if (offset < 0 || offset >= Length) return 0;
            var found = _bytes.AsSpan((int)offset, (int)Math.Min(Length - offset, buffer.Length));
            found.CopyTo(buffer);
            return found.Length;
        }
    }
}
