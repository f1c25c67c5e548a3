using Microsoft.Win32.SafeHandles;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Files;

/// <summary>
/// Makes small appends of many logs durable together: they are in the logs' own files already, unflushed, and once more
/// here, flushed once for all that wait. A step's first lines would otherwise cost a flush of three files and of every
/// folder made for them. When a segment is full, the files it speaks of are flushed beside the work, and it is removed;
/// after a crash its records are written to the files again.
/// </summary>
internal sealed class LogJournal : IDisposable
{
    /// <summary>What is longer is flushed in its own files.</summary>
    public const int LongestRecord = 64 * 1024;

    private readonly JournalSegments _segments;
    private readonly long _segmentBytes;
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _asked = new(initialState: false);
    private readonly Thread _thread;
    private List<Waiting> _waiting = [];
    private Thread? _settling;
    private HashSet<LogKey> _keys = [];
    private SafeFileHandle _file;
    private long _length;
    private bool _closed;

    private LogJournal(JournalSegments segments, long segmentBytes)
    {
        (_segments, _segmentBytes) = (segments, segmentBytes);
        _file = segments.Begin();
        _thread = new Thread(Run) { IsBackground = true, Name = "weir-log-journal" };
    }

    /// <summary>Writes what an earlier life left in the journal to the logs' files, and begins a new one.</summary>
    public static LogJournal Open(LogPaths paths, long segmentBytes)
    {
        var segments = new JournalSegments(paths);
        segments.Replay();
        var journal = new LogJournal(segments, segmentBytes);
        journal._thread.Start();
        return journal;
    }

    /// <summary>Completes when the record is durable; records of one log become so in the order of the calls.</summary>
    /// <param name="done">Called once it is (null) or when it cannot be (why), before the task completes.</param>
    public Task AppendAsync(JournalRecord record, Action<StoreUnavailableException?> done)
    {
        var waiting = new Waiting(record, record.Write(), done);
        lock (_gate)
        {
            if (_closed) throw new StoreUnavailableException("the log store was closed");
            _waiting.Add(waiting);
        }

        _asked.Set();
        return waiting.Task;
    }

    /// <summary>Finishes what waits, flushes the files it speaks of and removes the journal.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed) return;
            _closed = true;
        }

        _asked.Set();
        _thread.Join();
        _settling?.Join();
        _file.Dispose();
        _segments.Settle(_segments.Newest, _keys);
        _asked.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            _asked.WaitOne();
            List<Waiting> group;
            bool last;
            lock (_gate)
            {
                (group, _waiting, last) = (_waiting, [], _closed);
            }

            if (group.Count > 0) Write(group);
            if (last) return;
            if (_length >= _segmentBytes && _settling is not { IsAlive: true }) Turn();
        }
    }

    private void Write(List<Waiting> group)
    {
        try
        {
            RandomAccess.Write(_file, [.. group.Select(one => new ReadOnlyMemory<byte>(one.Bytes))], _length);
            Posix.SyncData(_file);
            _length += group.Sum(one => (long)one.Bytes.Length);
            _keys.UnionWith(group.Where(one => !one.Record.IsDeletion).Select(one => one.Record.Key));
            foreach (var one in group) one.Complete(null);
        }
        catch (IOException failure)
        {
            Fail(group, new StoreUnavailableException("cannot flush a log: " + failure.Message, failure));
        }
    }

    // What was appended meanwhile goes on from what failed, so it fails too. What stays of it in the journal is written
    // over by the next group, and does no harm until then: a log's bytes at an offset are the same each time.
    private void Fail(List<Waiting> group, StoreUnavailableException failure)
    {
        lock (_gate)
        {
            group.AddRange(_waiting);
            _waiting = [];
        }

        foreach (var one in group) one.Complete(failure);
    }

    // On a full disk the segment grows on until there is room for another.
    private void Turn()
    {
        var (full, keys, file) = (_segments.Newest, _keys, _file);
        try
        {
            (_file, _length, _keys) = (_segments.Begin(), 0, []);
        }
        catch (IOException)
        {
            return;
        }

        file.Dispose();
        _settling = new Thread(() => _segments.Settle(full, keys)) { IsBackground = true, Name = "weir-log-settler" };
        _settling.Start();
    }

    private sealed class Waiting(JournalRecord record, byte[] bytes, Action<StoreUnavailableException?> done)
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public JournalRecord Record => record;

        public byte[] Bytes => bytes;

        public Task Task => _done.Task;

        public void Complete(StoreUnavailableException? failure)
        {
            done(failure);
            if (failure is null) _done.SetResult();
            else _done.SetException(failure);
        }
    }
}
