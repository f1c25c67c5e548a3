using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Npgsql;
using Weir.Engine.Signals;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Postgres;

/// <summary>
/// The controller's one connection that writes. It takes what waits, writes it in one transaction, and answers after
/// the commit: while one transaction is under way the next one gathers. A group that fails is taken apart, so that a
/// request harms nobody else. When the connection breaks, another one tells what became of the transaction, and what
/// was not done is done again: callers see a database that is restarted, or replaced, as a slow one.
/// </summary>
internal sealed class GroupWriter : IAsyncDisposable
{
    private const int LongestQueue = 16 * 1024;
    private const int MostTries = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly Channel<WriteRequest> _requests = Channel.CreateBounded<WriteRequest>(
        new BoundedChannelOptions(LongestQueue) { SingleReader = true });

    private readonly BoundedCache<string, bool> _plans = new(4_096);
    private readonly CancellationTokenSource _stop = new();
    private readonly Database _database;
    private readonly string _origin;
    private readonly Action _told;
    private NpgsqlConnection? _connection;
    private bool _isDown;
    private Task _loop = Task.CompletedTask;

    private GroupWriter(Database database, string origin, Action told)
    {
        _database = database;
        _origin = origin;
        _told = told;
    }

    /// <param name="told">Called after a commit with events.</param>
    public static GroupWriter Start(Database database, string origin, Action told)
    {
        var writer = new GroupWriter(database, origin, told);
        writer._loop = Task.Run(writer.RunAsync);
        return writer;
    }

    /// <summary>Once queued, a write is seen through whatever the token says.</summary>
    public async ValueTask<T> WriteAsync<T>(WriteRequest<T> request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
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

    /// <summary>Finishes what is queued; does not wait for a database that is away.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_requests.Writer.TryComplete()) return;
        if (_isDown) await _stop.CancelAsync();
        await _loop;
        await DropAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (await _requests.Reader.WaitToReadAsync())
        {
            var group = new WriteGroup();
            while (_requests.Reader.TryPeek(out var next) && group.TryAdd(next)) _requests.Reader.TryRead(out _);
            await WriteAsync(group);
        }
    }

    private async Task WriteAsync(WriteGroup group)
    {
        var outcome = await TryAsync(group);
        if (outcome is null)
        {
            group.Complete();
        }
        else if (group.All.Count == 1 || Faults.IsConnectionLost(outcome))
        {
            group.Fail(Faults.Of(outcome));
        }
        else
        {
            foreach (var request in group.All) await WriteAsync(WriteGroup.Of(request));
        }
    }

    /// <summary>Null when it is done; else why it is not, or may not be.</summary>
    private async Task<Exception?> TryAsync(WriteGroup group)
    {
        var patience = new Patience(_isDown ? TimeSpan.Zero : Patience, _database.Time);
        GroupTransaction? open = null;
        for (var tries = 1; ; tries++)
        {
            var (failure, transaction) = await TryOnceAsync(group, open);
            if (failure is null) return null;
            open = transaction;
            if (!Faults.IsConnectionLost(failure))
            {
                if (!Faults.IsPassing(failure) || group.All.Count > 1 || tries == MostTries) return failure;
                continue;
            }

            if (await WaitAsync(patience)) continue;
            _isDown = true;
            return failure;
        }
    }

    /// <param name="open">A transaction of this group whose fate is not known.</param>
    /// <returns>The failure, with the transaction whose fate is not known.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever goes wrong belongs to the requests, not to the loop.")]
    private async Task<(Exception? Failure, GroupTransaction? Open)> TryOnceAsync(
        WriteGroup group, GroupTransaction? open)
    {
        try
        {
            _connection ??= await _database.OpenAsync(_stop.Token);
            _isDown = false;
            if (open is not null && await open.SettleAsync(_connection, _stop.Token)) return Done(open);
        }
        catch (Exception failure)
        {
            await DropAsync();
            return (failure, open);
        }

        var transaction = new GroupTransaction(group, _origin, _plans, _database.Time);
        try
        {
            await transaction.RunAsync(_connection, CancellationToken.None);
            return Done(transaction);
        }
        catch (Exception failure)
        {
            await DropAsync();
            return (failure, transaction.MayBeDone && Faults.IsConnectionLost(failure) ? transaction : null);
        }
    }

    private (Exception?, GroupTransaction?) Done(GroupTransaction transaction)
    {
        if (transaction.HasEvents) _told();
        return (null, null);
    }

    private async Task<bool> WaitAsync(Patience patience)
    {
        try
        {
            return await patience.WaitAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Ends what was begun on the connection.</summary>
    private async Task DropAsync()
    {
        if (_connection is not { } connection) return;
        _connection = null;
        try
        {
            await connection.DisposeAsync();
        }
        catch (Exception gone) when (gone is NpgsqlException or IOException or InvalidOperationException)
        {
            // a connection that is broken need not be given back
            _connection = null;
        }
    }
}
