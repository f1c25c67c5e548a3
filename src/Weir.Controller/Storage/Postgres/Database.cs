using System.Data.Common;
using Npgsql;

namespace Weir.Controller.Storage.Postgres;

/// <summary>
/// The connections to one database: pooled, bounded, with limits on every statement. With several hosts the one that is
/// primary is taken.
/// </summary>
internal sealed class Database : IAsyncDisposable
{
    private static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(5);
    private readonly NpgsqlDataSource _source;
    private readonly TimeProvider _time;

    private Database(NpgsqlDataSource source, TimeProvider time)
    {
        _source = source;
        _time = time;
    }

    public TimeProvider Time => _time;

    public static Database At(string connectionString, TimeProvider time)
    {
        var settings = PostgresAddress.Complete(connectionString);
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        var hosts = settings.Host!.Split(',').Length;
        NpgsqlDataSource source = hosts == 1
            ? builder.Build()
            : builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary);
        return new Database(source, time);
    }

    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) =>
        _source.OpenConnectionAsync(cancellationToken);

    public async ValueTask<T?> FirstAsync<T>(
        string sql, Action<Arguments> bind, Func<DbDataReader, T> read, CancellationToken cancellationToken) =>
        (await RowsAsync(sql, bind, read, cancellationToken)).FirstOrDefault();

    /// <summary>A reading statement; asked again for a short while when its connection breaks.</summary>
    public async ValueTask<List<T>> RowsAsync<T>(
        string sql, Action<Arguments> bind, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        var patience = new Patience(ReadPatience, _time);
        while (true)
        {
            try
            {
                return await ReadOnceAsync(sql, bind, read, cancellationToken);
            }
            catch (Exception failure) when (failure is DbException or IOException or TimeoutException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!Faults.IsConnectionLost(failure) || !await patience.WaitAsync(cancellationToken))
                    throw Faults.Of(failure);
            }
        }
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task<List<T>> ReadOnceAsync<T>(
        string sql, Action<Arguments> bind, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand(sql);
        bind(new Arguments(command.Parameters));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<T>();
        while (await rows.ReadAsync(cancellationToken)) found.Add(read(rows));
        return found;
    }
}

/// <summary>Growing pauses until a total is spent; the first is short, as pools hold connections of a server that is
/// gone.</summary>
internal sealed class Patience(TimeSpan total, TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _next = TimeSpan.FromMilliseconds(10);

    /// <summary>False when the total is spent.</summary>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (time.GetElapsedTime(_start) + _next > total) return false;
        await Task.Delay(_next, time, cancellationToken);
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        return true;
    }
}
