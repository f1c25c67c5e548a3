using Weir.Contracts.AgentProtocol;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Files;

/// <summary>
/// The log of one attempt while it is in use. Bytes are first written, then flushed by <see cref="Sync"/>; readers and
/// followers only ever see what is flushed, so nothing that was shown is lost by a crash. Thread-safe.
/// </summary>
internal sealed class AttemptLog(LogPaths paths, LogKey key, LogJournal journal) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Lock _syncing = new();
    private readonly List<string> _touched = [];
    private readonly List<TaskCompletionSource> _followers = [];
    private readonly List<TaskCompletionSource> _ahead = [];
    private AttemptFiles? _files;
    private Extent _written;
    private Extent _journalled;
    private Extent _durable;
    private bool _loaded;
    private bool _closed;

    public LogKey Key => key;

    /// <summary>Users at this moment; guarded by the table.</summary>
    public int Pins { get; set; }

    /// <summary>True once the table forgot it; guarded by the table.</summary>
    public bool Forgotten { get; set; }

    /// <summary>Completes those who wait for the next flush; null when nobody does. Guarded by the flusher.</summary>
    public TaskCompletionSource? NextFlush { get; set; }

    public LogLengths Lengths
    {
        get
        {
            lock (_gate)
            {
                Load();
                return _durable.Lengths;
            }
        }
    }

    /// <summary>
    /// Writes what is new. False when nothing of this log waits to become durable; else <paramref name="journalled"/>
    /// completes when what was written is, or is null and the log is to be flushed by <see cref="Sync"/>.
    /// </summary>
    public bool Append(IReadOnlyList<LogPiece> pieces, DateTimeOffset now, out Task? journalled)
    {
        journalled = null;
        lock (_gate)
        {
            Load();
            var batch = new LogBatch(_written.Lengths, now);
            foreach (var piece in pieces) batch.Add(piece);
            if (batch.IsEmpty) return _written != _durable;
            var before = _written;
            Write(batch);
            if (before == _journalled && LogFrames.LengthOf(batch.Fresh) <= LogJournal.LongestRecord)
            {
                var after = _journalled = _written;
                journalled = journal.AppendAsync(
                    new JournalRecord(key, before.Entries, now, batch.Fresh), failure => Settled(after, failure));
            }

            return true;
        }
    }

    /// <summary>
    /// True when the pieces begin beyond the end, as those before them are still on their way:
    /// <paramref name="written"/> completes at the next write.
    /// </summary>
    public bool IsAhead(IReadOnlyList<LogPiece> pieces, out Task written)
    {
        written = Task.CompletedTask;
        lock (_gate)
        {
            Load();
            if (_closed || (!IsAhead(pieces, LogStream.Stdout) && !IsAhead(pieces, LogStream.Stderr))) return false;
            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _ahead.Add(waiter);
            written = waiter.Task;
            return true;
        }
    }

    public int Read(LogStream stream, long offset, Span<byte> buffer)
    {
        lock (_gate)
        {
            Load();
            var length = stream == LogStream.Stdout ? _durable.Lengths.Stdout : _durable.Lengths.Stderr;
            if (offset < 0 || offset >= length) return 0;
            return RandomAccess.Read(
                _files!.Of(stream), buffer[..(int)Math.Min(buffer.Length, length - offset)], offset);
        }
    }

    public IReadOnlyList<LogIndexEntry> ReadIndex(int skip, int limit)
    {
        lock (_gate)
        {
            Load();
            var count = Math.Min(limit, _durable.Entries - skip);
            return count <= 0 ? [] : LogIndexFile.Read(_files!.Index, skip, count);
        }
    }

    /// <summary>
    /// Flushes what was written before the call. When the disk fails, what it may have lost is taken back.
    /// </summary>
    public void Sync()
    {
        lock (_syncing)
        {
            var (durable, written, files, touched) = Snapshot();
            if (files is null) return;
            try
            {
                files.Sync(durable, written);
                foreach (var folder in touched) Posix.SyncDirectory(folder);
            }
            catch (IOException)
            {
                TakeBack(touched);
                throw;
            }

            lock (_gate) Advance(written);
        }

        Wake();
    }

    /// <summary>Adds a follower unless there is already more than it knows, or never will be.</summary>
    public bool TryFollow(TaskCompletionSource follower, LogLengths known)
    {
        lock (_gate)
        {
            Load();
            var lengths = _durable.Lengths;
            if (_closed || lengths.Stdout > known.Stdout || lengths.Stderr > known.Stderr) return false;
            _followers.Add(follower);
            return true;
        }
    }

    public void Leave(TaskCompletionSource follower)
    {
        lock (_gate) _followers.Remove(follower);
    }

    public void Close()
    {
        lock (_gate) _closed = true;
        Wake();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _files?.Dispose();
            _files = null;
            _loaded = false;
        }
    }

    private void Settled(Extent extent, StoreUnavailableException? failure)
    {
        if (failure is not null) TakeBack([]);
        else lock (_gate) Advance(extent);
        Wake();
    }

    private void Advance(Extent extent)
    {
        if (extent.Entries > _durable.Entries) _durable = extent;
        if (_durable.Entries > _journalled.Entries) _journalled = _durable;
    }

    private bool IsAhead(IReadOnlyList<LogPiece> pieces, LogStream stream) =>
        pieces.FirstOrDefault(piece => piece.Stream == stream) is { } first
        && first.Offset > (stream == LogStream.Stdout ? _written.Lengths.Stdout : _written.Lengths.Stderr);

    private void Wake()
    {
        lock (_gate)
        {
            foreach (var follower in _followers) follower.TrySetResult();
            _followers.Clear();
        }
    }

    private void Load()
    {
        if (_loaded) return;
        _files = AttemptFiles.OpenExisting(paths, key);
        _durable = _written = _journalled = _files is null ? default : LogRecovery.Recover(_files);
        // Only the journal may know of these names yet.
        if (_files is not null) _touched.AddRange(paths.FoldersOf(key).Where(Directory.Exists));
        _loaded = true;
    }

    private void Write(LogBatch batch)
    {
        try
        {
            _files ??= AttemptFiles.Create(paths, key, _touched);
            batch.WriteTo(_files, _written);
            _written = new Extent(batch.Lengths, _written.Entries + batch.Entries);
            foreach (var waiter in _ahead) waiter.TrySetResult();
            _ahead.Clear();
        }
        catch (IOException)
        {
            if (_files is not null) LogRecovery.Truncate(_files, _written);
            throw;
        }
    }

    private (Extent Durable, Extent Written, AttemptFiles? Files, List<string> Touched) Snapshot()
    {
        lock (_gate)
        {
            if (_written == _durable) return (_durable, _written, null, []);
            List<string> touched = [.. _touched.Distinct(StringComparer.Ordinal)];
            _touched.Clear();
            return (_durable, _written, _files, touched);
        }
    }

    private void TakeBack(List<string> touched)
    {
        lock (_gate)
        {
            _touched.AddRange(touched);
            if (_files is not null) LogRecovery.Truncate(_files, _durable);
            _written = _journalled = _durable;
        }
    }
}
