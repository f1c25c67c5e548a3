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
    public NodeQueries Nodes { get; } = new(connection);

    public void Dispose() => connection.Dispose();
}

/// <summary>
/// A few reading connections: each call has one to itself, and sees the database as of its first step.
/// </summary>
internal sealed class ReaderPool(string path) : IDisposable
{
    private const int Size = 4;

    private readonly SemaphoreSlim _free = new(Size, Size);
    private readonly Lock _gate = new();
    private readonly Stack<Reader> _idle = new();
    private bool _closed;

    public async ValueTask<T> ReadAsync<T>(Func<Reader, T> read, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            var reader = Take() ?? new Reader(Connection.OpenReader(path));
            try
            {
                return read(reader);
            }
            finally
            {
                Return(reader);
            }
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Reads under way come to their end; their connections close with them.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            while (_idle.TryPop(out var reader)) reader.Dispose();
        }
    }

    private Reader? Take()
    {
        lock (_gate)
        {
            if (_closed) throw new StoreUnavailableException("the store was closed");
            return _idle.TryPop(out var reader) ? reader : null;
        }
    }

    private void Return(Reader reader)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _idle.Push(reader);
                return;
            }
        }

        reader.Dispose();
    }
}
