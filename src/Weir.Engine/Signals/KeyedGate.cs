namespace Weir.Engine.Signals;

/// <summary>One at a time per key, in the order of asking.</summary>
public sealed class KeyedGate
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<TaskCompletionSource>> _held = [];

    /// <summary>Waits for the key; dispose the answer to let the next one in.</summary>
    public async ValueTask<Hold> EnterAsync(string key)
    {
        TaskCompletionSource? turn = null;
        lock (_lock)
        {
            if (_held.TryGetValue(key, out var queue))
                queue.Enqueue(turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            else _held[key] = new Queue<TaskCompletionSource>();
        }

        if (turn is not null) await turn.Task;
        return new Hold(this, key);
    }

    private void Leave(string key)
    {
        TaskCompletionSource? next;
        lock (_lock)
        {
            if (!_held[key].TryDequeue(out next)) _held.Remove(key);
        }

        next?.TrySetResult();
    }

    public sealed class Hold(KeyedGate gate, string key) : IDisposable
    {
        public void Dispose() => gate.Leave(key);
    }
}
