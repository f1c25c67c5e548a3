using Weir.Contracts.AgentProtocol;

namespace Weir.Engine.Storage.Memory;

/// <summary>Logs in memory, gone with the process; at most 2 GiB for each stream of an attempt.</summary>
public sealed class MemoryLogStore : ILogStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<LogKey, MemoryLog> _logs = [];

    public ValueTask<LogLengths> AppendAsync(
        LogKey key, IReadOnlyList<LogPiece> pieces, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<LogLengths>(cancellationToken);
        lock (_gate)
        {
            var log = Open(key);
            var grown = false;
            foreach (var piece in pieces) grown |= log.Append(piece, now);
            if (grown) log.Wake();
            return ValueTask.FromResult(log.Lengths);
        }
    }

    public ValueTask<LogLengths> GetLengthsAsync(LogKey key, CancellationToken cancellationToken)
    {
        lock (_gate) return ValueTask.FromResult(_logs.GetValueOrDefault(key)?.Lengths ?? default);
    }

    public ValueTask<int> ReadAsync(
        LogKey key, LogStream stream, long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Read(key, stream, offset, buffer.Span));

    /// <summary>What <see cref="ReadAsync"/> answers, for who waits for nothing.</summary>
    public int Read(LogKey key, LogStream stream, long offset, Span<byte> buffer)
    {
        lock (_gate) return _logs.GetValueOrDefault(key)?.Read(stream, offset, buffer) ?? 0;
    }

    public ValueTask<IReadOnlyList<LogIndexEntry>> ReadIndexAsync(
        LogKey key, int skip, int limit, CancellationToken cancellationToken)
    {
        lock (_gate) return ValueTask.FromResult(_logs.GetValueOrDefault(key)?.ReadIndex(skip, limit) ?? []);
    }

    public async Task WaitForMoreAsync(LogKey key, LogLengths known, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var follower = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        MemoryLog log;
        lock (_gate)
        {
            log = Open(key);
            if (log.Closed || log.Lengths.Stdout > known.Stdout || log.Lengths.Stderr > known.Stderr) return;
            log.Follow(follower);
        }

        using var registration = cancellationToken.Register(() =>
        {
            lock (_gate) log.Leave(follower);
            follower.TrySetCanceled(cancellationToken);
        });
        await follower.Task;
    }

    public void Close(LogKey key)
    {
        lock (_gate) Open(key).Close();
    }

    public ValueTask DeleteRunAsync(string @namespace, string run, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (var key in _logs.Keys.Where(key => key.Namespace == @namespace && key.Run == run).ToList())
            {
                _logs.Remove(key, out var log);
                log?.Close();
            }
        }

        return ValueTask.CompletedTask;
    }

    private MemoryLog Open(LogKey key)
    {
        if (!_logs.TryGetValue(key, out var log)) _logs[key] = log = new MemoryLog();
        return log;
    }
}
