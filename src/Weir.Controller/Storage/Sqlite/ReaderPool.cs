using System.Collections.Concurrent;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Sqlite;

/// <summary>A connection that only reads, with its statements.</summary>
internal sealed class Reader(Connection connection) : IDisposable
{
    public DocumentQueries Documents { get; } = new(connection);
    public RunQueries Runs { get; } = new(connection);
    public QueueQueries Queue { get; } = new(connection);
    public LeaseQueries Leases { get; } = new(connection);
    public EventQueries Events { get; } = new(connection);

    public void Dispose() => connection.Dispose();
}

/// <summary>
/// A few reading connections: each call has one to itself, and sees the database as of its first step.
/// </summary>
internal sealed class ReaderPool(string path) : IDisposable
{
    private const int Size = 4;

    private readonly SemaphoreSlim _free = new(Size, Size);
    private readonly ConcurrentStack<Reader> _readers = new();
    private volatile bool _closed;

    public async ValueTask<T> ReadAsync<T>(Func<Reader, T> read, CancellationToken cancellationToken)
    {
        if (_closed) throw new StoreUnavailableException("the store was closed");
        await _free.WaitAsync(cancellationToken);
        try
        {
            if (_closed) throw new StoreUnavailableException("the store was closed");
            if (!_readers.TryPop(out var reader)) reader = new Reader(Connection.OpenReader(path));
            try
            {
                return read(reader);
            }
            finally
            {
                _readers.Push(reader);
            }
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Lets reads under way come to their end.</summary>
    public void Dispose()
    {
        if (_closed) return;
        _closed = true;
        for (var i = 0; i < Size; i++) _free.Wait();
        while (_readers.TryPop(out var reader)) reader.Dispose();
        _free.Release(Size);
    }
}
