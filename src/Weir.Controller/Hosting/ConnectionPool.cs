using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Weir.Controller.Hosting;

/// <summary>
/// The blocks that connections read into: 64 KiB where Kestrel's own have 4. Logs and blobs come in bodies of up to a
/// MiB and more, and reading them 4 KiB at a time costs more than everything else that is done with them. A connection
/// that waits for its next request holds none.
/// </summary>
internal sealed class ConnectionPool : MemoryPool<byte>
{
    private const int BlockBytes = 64 * 1024;

    /// <summary>What is kept for later: 16 MiB.</summary>
    private const int MostKept = 256;
    private readonly Lock _gate = new();
    private readonly Stack<byte[]> _free = [];

    public override int MaxBufferSize => BlockBytes;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        byte[]? kept;
        lock (_gate) _free.TryPop(out kept);
        return new Block(this, kept ?? GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true));
    }

    protected override void Dispose(bool disposing)
    {
        lock (_gate) _free.Clear();
    }

    private void Return(byte[] block)
    {
        lock (_gate)
        {
            if (_free.Count < MostKept) _free.Push(block);
        }
    }

    private sealed class Block(ConnectionPool pool, byte[] bytes) : IMemoryOwner<byte>
    {
        private byte[]? _bytes = bytes;

        public Memory<byte> Memory => _bytes;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _bytes, null) is { } block) pool.Return(block);
        }
    }
}

/// <summary>One pool for all connections of the process.</summary>
internal sealed class ConnectionPoolFactory : IMemoryPoolFactory<byte>
{
    private static readonly ConnectionPool Shared = new();

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => Shared;
}
