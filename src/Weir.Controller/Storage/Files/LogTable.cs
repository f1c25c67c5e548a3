using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Files;

/// <summary>
/// The logs in use. Idle ones stay open, the least recently used are put away first, so open files are bounded by
/// <see cref="Capacity"/> and what callers hold at the moment.
/// </summary>
internal sealed class LogTable(LogPaths paths, LogJournal journal) : IDisposable
{
    private const int Capacity = 256;

    /// <summary>
    /// How many closed logs are remembered, so that a follower that comes just after the close does not wait.
    /// </summary>
    private const int ClosedRemembered = 8192;

    private readonly Lock _gate = new();
    private readonly Dictionary<LogKey, AttemptLog> _logs = [];
    private readonly LinkedList<AttemptLog> _idle = [];
    private readonly HashSet<LogKey> _closed = [];
    private readonly Queue<LogKey> _closedInOrder = [];

    public AttemptLog Pin(LogKey key)
    {
        _ = paths.Attempt(key);
        lock (_gate)
        {
            if (!_logs.TryGetValue(key, out var log))
            {
                _logs[key] = log = new AttemptLog(paths, key, journal);
                if (_closed.Contains(key)) log.Close();
            }
            else if (log.Pins == 0)
            {
                _idle.Remove(log);
            }

            log.Pins++;
            return log;
        }
    }

    public void Unpin(AttemptLog log)
    {
        lock (_gate)
        {
            if (--log.Pins > 0) return;
            if (log.Forgotten)
            {
                log.Dispose();
                return;
            }

            _idle.AddLast(log);
            while (_logs.Count > Capacity && _idle.First is { } oldest) PutAway(oldest.Value);
        }
    }

    public void Close(LogKey key)
    {
        lock (_gate)
        {
            if (_closed.Add(key)) _closedInOrder.Enqueue(key);
            if (_closedInOrder.Count > ClosedRemembered) _closed.Remove(_closedInOrder.Dequeue());
            if (!_logs.TryGetValue(key, out var log)) return;
            log.Close();
            if (log.Pins == 0) PutAway(log);
        }
    }

    /// <summary>Whoever comes next begins with what is on the disk then.</summary>
    public void ForgetRun(string @namespace, string run)
    {
        lock (_gate)
        {
            foreach (
                var log in _logs.Values.Where(log => log.Key.Namespace == @namespace && log.Key.Run == run).ToList())
            {
                log.Close();
                if (log.Pins == 0) PutAway(log);
                else log.Forgotten = _logs.Remove(log.Key);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var log in _logs.Values)
            {
                log.Close();
                log.Dispose();
            }

            _logs.Clear();
            _idle.Clear();
        }
    }

    private void PutAway(AttemptLog log)
    {
        _idle.Remove(log);
        _logs.Remove(log.Key);
        log.Dispose();
    }
}
