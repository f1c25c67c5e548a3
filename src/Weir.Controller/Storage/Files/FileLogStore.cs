using Weir.Contracts.AgentProtocol;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Files;

/// <summary>
/// Logs as plain files that people can read without Weir: <c>logs/runs/NAMESPACE/RUN/STEP/attempts/N/</c> with
/// <c>stdout.log</c>, <c>stderr.log</c> and <c>index</c>, and the newest attempt's once more under <c>STEP/logs/</c>.
/// Small appends become durable by a journal that all share.
/// </summary>
public sealed class FileLogStore : ILogStore, IDisposable
{
    /// <summary>How long an append waits for one that was sent before it and is not here yet.</summary>
    private static readonly TimeSpan OutOfOrder = TimeSpan.FromMilliseconds(500);

    private readonly LogPaths _paths;
    private readonly TimeProvider _time;
    private readonly LogJournal _journal;
    private readonly LogTable _table;
    private readonly LogFlusher _flusher;

    private FileLogStore(LogPaths paths, LogJournal journal, TimeProvider time)
    {
        (_paths, _journal, _time) = (paths, journal, time);
        _table = new LogTable(paths, journal);
        _flusher = LogFlusher.Start();
    }

    /// <summary>The folder must be held by this process.</summary>
    /// <param name="journalBytes">A longer segment of the journal is followed by another.</param>
    public static FileLogStore Open(string dataDirectory, TimeProvider time, long journalBytes = 16 << 20)
    {
        var paths = new LogPaths(dataDirectory);
        Directory.CreateDirectory(paths.Root);
        return new FileLogStore(paths, LogJournal.Open(paths, journalBytes), time);
    }

    public async ValueTask<LogLengths> AppendAsync(
        LogKey key, IReadOnlyList<LogPiece> pieces, DateTimeOffset now, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var log = _table.Pin(key);
        try
        {
            await WaitForThoseBeforeAsync(log, pieces, cancellationToken);
            if (log.Append(pieces, now, out var journalled)) await (journalled ?? _flusher.FlushAsync(log));
            return log.Lengths;
        }
        catch (IOException failure)
        {
            throw new StoreUnavailableException("cannot write a log: " + failure.Message, failure);
        }
        finally
        {
            _table.Unpin(log);
        }
    }

    public ValueTask<LogLengths> GetLengthsAsync(LogKey key, CancellationToken cancellationToken) =>
        With(key, log => log.Lengths);

    public ValueTask<int> ReadAsync(
        LogKey key, LogStream stream, long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        With(key, log => log.Read(stream, offset, buffer.Span));

    public ValueTask<IReadOnlyList<LogIndexEntry>> ReadIndexAsync(
        LogKey key, int skip, int limit, CancellationToken cancellationToken) =>
        With(key, log => log.ReadIndex(skip, limit));

    public async Task WaitForMoreAsync(LogKey key, LogLengths known, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var log = _table.Pin(key);
        try
        {
            var follower = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!log.TryFollow(follower, known)) return;
            using var registration = cancellationToken.Register(() =>
            {
                log.Leave(follower);
                follower.TrySetCanceled(cancellationToken);
            });
            await follower.Task;
        }
        finally
        {
            _table.Unpin(log);
        }
    }

    public void Close(LogKey key) => _table.Close(key);

    public async ValueTask DeleteRunAsync(string @namespace, string run, CancellationToken cancellationToken)
    {
        var folder = _paths.Run(@namespace, run);
        _table.ForgetRun(@namespace, run);
        if (!Directory.Exists(folder)) return;
        await _journal.AppendAsync(JournalRecord.DeletionOf(@namespace, run), _ => { });
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Flushes what waits, wakes followers, closes the files.</summary>
    public void Dispose()
    {
        _flusher.Dispose();
        _journal.Dispose();
        _table.Dispose();
    }

    private async ValueTask WaitForThoseBeforeAsync(
        AttemptLog log, IReadOnlyList<LogPiece> pieces, CancellationToken cancellationToken)
    {
        var since = _time.GetTimestamp();
        while (log.IsAhead(pieces, out var written))
        {
            var rest = OutOfOrder - _time.GetElapsedTime(since);
            if (rest <= TimeSpan.Zero) return;
            try
            {
                await written.WaitAsync(rest, _time, cancellationToken);
            }
            catch (TimeoutException)
            {
                return;
            }
        }
    }

    private ValueTask<T> With<T>(LogKey key, Func<AttemptLog, T> read)
    {
        var log = _table.Pin(key);
        try
        {
            return ValueTask.FromResult(read(log));
        }
        catch (IOException failure)
        {
            throw new StoreUnavailableException("cannot read a log: " + failure.Message, failure);
        }
        finally
        {
            _table.Unpin(log);
        }
    }
}
