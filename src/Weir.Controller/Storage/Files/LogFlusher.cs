using System.Collections.Concurrent;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Files;

/// <summary>
/// Flushes logs on a few threads of its own. All appends of a log that came before a flush began share it; flushes of
/// several logs run beside each other, so that the file system's journal carries them together.
/// </summary>
internal sealed class LogFlusher : IDisposable
{
    private const int Threads = 4;

    private readonly Lock _gate = new();
    private readonly BlockingCollection<AttemptLog> _waiting = [];
    private readonly Thread[] _threads;
    private bool _closed;

    private LogFlusher() => _threads =
        [.. Enumerable.Range(0, Threads).Select(_ => new Thread(Run) { IsBackground = true, Name = "weir-log-flusher" })];

    public static LogFlusher Start()
    {
        var flusher = new LogFlusher();
        foreach (var thread in flusher._threads) thread.Start();
        return flusher;
    }

    /// <summary>Completes when all that was written to the log before the call is durable.</summary>
    public Task FlushAsync(AttemptLog log)
    {
        lock (_gate)
        {
            if (log.NextFlush is null)
            {
                if (_closed) throw new StoreUnavailableException("the log store was closed");
                log.NextFlush = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Add(log);
            }

            return log.NextFlush.Task;
        }
    }

    /// <summary>Ends after the flushes that were asked for.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed) return;
            _closed = true;
            _waiting.CompleteAdding();
        }

        foreach (var thread in _threads) thread.Join();
        _waiting.Dispose();
    }

    private void Run()
    {
        foreach (var log in _waiting.GetConsumingEnumerable())
        {
            TaskCompletionSource flush;
            lock (_gate)
            {
                flush = log.NextFlush!;
                log.NextFlush = null;
            }

            try
            {
                log.Sync();
                flush.SetResult();
            }
            catch (IOException failure)
            {
                flush.SetException(new StoreUnavailableException("cannot flush a log: " + failure.Message, failure));
            }
        }
    }
}
