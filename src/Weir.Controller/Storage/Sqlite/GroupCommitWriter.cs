using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Sqlite;

/// <summary>
/// The one thread that writes. It takes what waits, runs all of it in one transaction, and answers after the commit:
/// while one transaction reaches the disk the next one gathers, so a lone write waits for nothing and many share a
/// flush. When a request fails, the transaction is undone and each request gets one of its own, so that it harms nobody
/// else.
/// </summary>
internal sealed class GroupCommitWriter : IDisposable
{
    private const int LongestQueue = 16 * 1024;
    private const int LargestGroup = 512;

    private readonly Channel<WriteRequest> _requests = Channel.CreateBounded<WriteRequest>(
        new BoundedChannelOptions(LongestQueue) { SingleReader = true });

    private readonly Connection _connection;
    private readonly WriteStatements _statements;
    private readonly Thread _thread;

    private GroupCommitWriter(Connection connection)
    {
        _connection = connection;
        _statements = new WriteStatements(connection);
        _thread = new Thread(Run) { IsBackground = true, Name = "weir-store-writer" };
    }

    /// <summary>Owns the connection from now on.</summary>
    public static GroupCommitWriter Start(Connection connection)
    {
        var writer = new GroupCommitWriter(connection);
        writer._thread.Start();
        return writer;
    }

    /// <summary>Once queued, a write is seen through whatever the token says.</summary>
    public async ValueTask<T> WriteAsync<T>(Func<WriteStatements, T> write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = new WriteRequest<T>(write);
        try
        {
            if (!_requests.Writer.TryWrite(request)) await _requests.Writer.WriteAsync(request, cancellationToken);
        }
        catch (ChannelClosedException closed)
        {
            throw new StoreUnavailableException("the store was closed", closed);
        }

        return await request.Done;
    }

    /// <summary>Finishes what is queued, moves the log into the database file and closes it.</summary>
    public void Dispose()
    {
        if (!_requests.Writer.TryComplete()) return;
        _thread.Join();
        try
        {
            _connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        finally
        {
            _connection.Dispose();
        }
    }

    private void Run()
    {
        var group = new List<WriteRequest>(LargestGroup);
        while (_requests.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (group.Count < LargestGroup && _requests.Reader.TryRead(out var request)) group.Add(request);
            if (!TryWrite(group, out _)) WriteOneByOne(group);
            group.Clear();
        }
    }

    private void WriteOneByOne(List<WriteRequest> group)
    {
        var one = new List<WriteRequest>(1);
        foreach (var request in group)
        {
            one.Add(request);
            if (!TryWrite(one, out var reason)) request.Fail(reason);
            one.Clear();
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever goes wrong belongs to the requests, not to the thread.")]
    private bool TryWrite(List<WriteRequest> group, [NotNullWhen(false)] out Exception? reason)
    {
        try
        {
            _statements.Begin();
            foreach (var request in group) request.Apply(_statements);
            _statements.Commit();
        }
        catch (Exception failure)
        {
            reason = TryRollback() ?? failure;
            return false;
        }

        foreach (var request in group) request.Complete();
        reason = null;
        return true;
    }

    private StoreUnavailableException? TryRollback()
    {
        try
        {
            _statements.Rollback();
            return null;
        }
        catch (StoreUnavailableException failure)
        {
            return failure;
        }
    }
}
