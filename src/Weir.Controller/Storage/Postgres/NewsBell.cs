using System.Threading.Channels;
using Npgsql;

namespace Weir.Controller.Storage.Postgres;

/// <summary>
/// Tells other controllers that there are new events, and hears it of them. A notification takes a lock of the whole
/// server, so there is none in the transactions that write: one follows them, and at most one in 5 ms.
/// </summary>
internal sealed class NewsBell : IAsyncDisposable
{
    private const string Channel = "weir_events";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(500);
    private readonly Channel<bool> _rung = System.Threading.Channels.Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly CancellationTokenSource _stop = new();
    private readonly Database _database;
    private Task _ringing = Task.CompletedTask;
    private volatile int _ownProcess;

    private NewsBell(Database database) => _database = database;

    public static NewsBell Start(Database database)
    {
        var bell = new NewsBell(database);
        bell._ringing = Task.Run(bell.RingAsync);
        return bell;
    }

    /// <summary>There are new events.</summary>
    public void Ring() => _rung.Writer.TryWrite(true);

    public async Task ListenAsync(Action heard, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ListenOnceAsync(heard, cancellationToken);
            }
            catch (Exception gone) when (gone is NpgsqlException or TimeoutException or IOException)
            {
                await PauseAsync(AfterFailure, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_ringing.IsCompleted) return;
        await _stop.CancelAsync();
        await _ringing;
        _stop.Dispose();
    }

    private async Task ListenOnceAsync(Action heard, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        connection.Notification += (_, news) =>
        {
            if (news.PID != _ownProcess) heard();
        };
        await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection))
            await listen.ExecuteNonQueryAsync(cancellationToken);
        heard();
        while (true) await connection.WaitAsync(cancellationToken);
    }

    private async Task RingAsync()
    {
        NpgsqlConnection? connection = null;
        try
        {
            while (await _rung.Reader.WaitToReadAsync(_stop.Token))
            {
                _rung.Reader.TryRead(out _);
                connection = await TryNotifyAsync(connection);
                await PauseAsync(Pause, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            _rung.Writer.TryComplete();
        }

        if (connection is not null) await connection.DisposeAsync();
    }

    /// <summary>One that is lost costs the others the time until they look by themselves.</summary>
    private async Task<NpgsqlConnection?> TryNotifyAsync(NpgsqlConnection? connection)
    {
        try
        {
            connection ??= await _database.OpenAsync(_stop.Token);
            _ownProcess = connection.ProcessID;
            await using var notify = new NpgsqlCommand($"NOTIFY {Channel}", connection);
            await notify.ExecuteNonQueryAsync(_stop.Token);
            return connection;
        }
        catch (Exception gone) when (gone is NpgsqlException or TimeoutException or IOException)
        {
            if (connection is not null) await connection.DisposeAsync();
            return null;
        }
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        try
        {
            await Task.Delay(pause, _database.Time, over.Token);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            return;
        }
    }
}
