namespace Weir.Engine.Signals;

/// <summary>
/// Lets callers wait until something under a key changes. Ask for the wait before reading the state it guards, so that
/// no change falls between the two.
/// </summary>
public sealed class ChangeWatch
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<TaskCompletionSource>> _waiting = [];

    /// <summary>Completes at the next <see cref="Pulse"/> of the key, or is cancelled.</summary>
    public Task NextAsync(string key, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled(cancellationToken);
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (!_waiting.TryGetValue(key, out var list)) _waiting[key] = list = [];
            list.Add(waiter);
        }

        return cancellationToken.CanBeCanceled ? AwaitAsync(key, waiter, cancellationToken) : waiter.Task;
    }

    public void Pulse(string key)
    {
        List<TaskCompletionSource>? list;
        lock (_gate)
        {
            if (!_waiting.Remove(key, out list)) return;
        }

        foreach (var waiter in list) waiter.TrySetResult();
    }

    private async Task AwaitAsync(string key, TaskCompletionSource waiter, CancellationToken cancellationToken)
    {
        using (cancellationToken.Register(() => Cancel(key, waiter, cancellationToken))) await waiter.Task;
    }

    private void Cancel(string key, TaskCompletionSource waiter, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_waiting.TryGetValue(key, out var list) && list.Remove(waiter) && list.Count == 0) _waiting.Remove(key);
        }

        waiter.TrySetCanceled(cancellationToken);
    }
}
