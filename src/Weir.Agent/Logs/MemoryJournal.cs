using System.Runtime.InteropServices;

namespace Weir.Agent.Logs;

internal sealed class MemoryJournal : SpoolJournal
{
    private readonly List<byte> _bytes = [];
    private long _start;

    public override long Start => _start;

    public override long End => _start + _bytes.Count;

    public override void Append(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

    public override int Read(long position, Span<byte> buffer)
    {
        var rest = CollectionsMarshal.AsSpan(_bytes)[(int)(position - _start)..];
        var length = Math.Min(buffer.Length, rest.Length);
        rest[..length].CopyTo(buffer);
        return length;
    }

    public override void Release(long position)
    {
        _bytes.RemoveRange(0, (int)(position - _start));
        _start = position;
    }

    public override void Clear()
    {
        _bytes.Clear();
        _start = 0;
    }
}
