using Weir.Contracts.AgentProtocol;
using Weir.Engine.Signals;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Files;

/// <summary>
/// The same files as those of <see cref="FileLogStore"/>, in a folder that several controllers share. An append takes
/// the lock of its attempt, goes on where the files end, whoever wrote them, and flushes them before it answers.
/// There is no journal, as that belongs to one process. What another controller appended is seen within a quarter of
/// a second.
/// </summary>
public sealed class SharedLogStore : ILogStore
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(5);
    private readonly LogPaths _paths;
    private readonly TimeProvider _time;
    private readonly KeyedGate _gates = new();
    private readonly ChangeWatch _grown = new();
    private readonly BoundedCache<LogKey, Extent> _extents = new(4_096);
    private readonly BoundedCache<LogKey, bool> _closed = new(4_096);

    private SharedLogStore(LogPaths paths, TimeProvider time) => (_paths, _time) = (paths, time);

    public static SharedLogStore Open(string folder, TimeProvider time)
    {
        var paths = new LogPaths(folder);
        Directory.CreateDirectory(paths.Root);
        return new SharedLogStore(paths, time);
    }

    public async ValueTask<LogLengths> AppendAsync(
        LogKey key, IReadOnlyList<LogPiece> pieces, DateTimeOffset now, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var turn = await _gates.EnterAsync(key.ToString());
        try
        {
            var touched = new List<string>();
            using var files = AttemptFiles.Create(_paths, key, touched);
            await using var held = await LockAsync(key, cancellationToken);
            var before = LogRecovery.Truncate(files, LogRecovery.Extend(files, Known(key, files)));
            var batch = new LogBatch(before.Lengths, now);
            foreach (var piece in pieces) batch.Add(piece);
            if (batch.IsEmpty) return before.Lengths;
            batch.WriteTo(files, before);
            var after = new Extent(batch.Lengths, before.Entries + batch.Entries);
            files.Sync(before, after);
            foreach (var folder in touched) Posix.SyncDirectory(folder);
            _extents.Put(key, after);
            _grown.Pulse(key.ToString());
            return after.Lengths;
        }
        catch (IOException failure)
        {
            throw new StoreUnavailableException("cannot write a log: " + failure.Message, failure);
        }
    }

    public ValueTask<LogLengths> GetLengthsAsync(LogKey key, CancellationToken cancellationToken) =>
        With(key, default, (_, extent) => extent.Lengths);

    public ValueTask<int> ReadAsync(
        LogKey key, LogStream stream, long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        With(key, 0, (files, extent) =>
        {
            var length = stream == LogStream.Stdout ? extent.Lengths.Stdout : extent.Lengths.Stderr;
            return offset < 0 || offset >= length
                ? 0
                : RandomAccess.Read(
                    files.Of(stream), buffer.Span[..(int)Math.Min(buffer.Length, length - offset)], offset);
        });

    public ValueTask<IReadOnlyList<LogIndexEntry>> ReadIndexAsync(
        LogKey key, int skip, int limit, CancellationToken cancellationToken) =>
        With<IReadOnlyList<LogIndexEntry>>(key, [], (files, extent) =>
        {
            var count = Math.Min(limit, extent.Entries - skip);
            return count <= 0 ? [] : LogIndexFile.Read(files.Index, skip, count);
        });

    public async Task WaitForMoreAsync(LogKey key, LogLengths known, CancellationToken cancellationToken)
    {
        while (!_closed.TryGet(key, out _))
        {
            using var over = new CancellationTokenSource(LookAgain, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
            var grown = _grown.NextAsync(key.ToString(), either.Token);
            var lengths = await GetLengthsAsync(key, cancellationToken);
            if (lengths.Stdout > known.Stdout || lengths.Stderr > known.Stderr || _closed.TryGet(key, out _)) return;
            // its run was deleted, by whichever controller
            if (lengths.Stdout < known.Stdout || lengths.Stderr < known.Stderr) return;
            try
            {
                await grown;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // another controller may have appended
            }
        }
    }

    public void Close(LogKey key)
    {
        _closed.Put(key, true);
        _grown.Pulse(key.ToString());
    }

    public ValueTask DeleteRunAsync(string @namespace, string run, CancellationToken cancellationToken)
    {
        var folder = _paths.Run(@namespace, run);
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// How far the log went when it was last seen; files that were made anew since are read from their start.
    /// </summary>
    private Extent Known(LogKey key, AttemptFiles files) =>
        _extents.TryGet(key, out var extent)
        && RandomAccess.GetLength(files.Index) >= (long)extent.Entries * LogIndexFile.RecordBytes
            ? extent
            : default;

    /// <summary>Held by the system for this process, and given back by it however the process ends.</summary>
    private async Task<FileStream> LockAsync(LogKey key, CancellationToken cancellationToken)
    {
        var path = Path.Combine(_paths.Attempt(key), "lock");
        var since = _time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path) && _time.GetElapsedTime(since) < LockPatience)
            {
                await Task.Delay(LockPause, _time, cancellationToken);
            }
        }
    }

    private ValueTask<T> With<T>(LogKey key, T none, Func<AttemptFiles, Extent, T> read)
    {
        try
        {
            using var files = AttemptFiles.OpenExisting(_paths, key);
            if (files is null) return ValueTask.FromResult(none);
            var extent = LogRecovery.Extend(files, Known(key, files));
            _extents.Put(key, extent);
            return ValueTask.FromResult(read(files, extent));
        }
        catch (IOException failure)
        {
            throw new StoreUnavailableException("cannot read a log: " + failure.Message, failure);
        }
    }
}
