using Weir.Engine.Runtimes;

namespace Weir.Runtimes.Steps;

/// <summary>
/// Steps that are made ahead of time, at most one per key, because starting one costs a short step more than all the
/// rest: it sleeps behind its gate until a step takes it.
/// </summary>
/// <param name="isGood">Whether one can still be used.</param>
/// <param name="remove">Ends one that nobody will take and removes what is left of it.</param>
internal sealed class SpareShelf<TKey, TParts>(Func<TParts, bool> isGood, Func<TParts, Task> remove) : IAsyncDisposable
    where TKey : notnull
    where TParts : class
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Spare> _spares = [];
    private readonly HashSet<Task> _leaving = [];
    private bool _closed;

    public bool IsEmpty
    {
        get
        {
            lock (_lock) return _spares.Count == 0 && _leaving.Count == 0;
        }
    }

    /// <summary>Those that are made and not taken.</summary>
    public IReadOnlyList<TParts> Ready
    {
        get
        {
            lock (_lock)
            {
                var made = _spares.Values.Select(spare => spare.Made).Where(making => making.IsCompletedSuccessfully);
                return [.. made.Select(making => making.Result).OfType<TParts>()];
            }
        }
    }

    /// <summary>Begins to make one, unless the key has one.</summary>
    public void Prepare(TKey key, Func<CancellationToken, Task<TParts>> make)
    {
        lock (_lock)
        {
            if (_closed || _spares.ContainsKey(key)) return;
            var unwanted = new CancellationTokenSource();
            var making = Task.Run(() => TryMakeAsync(make, unwanted.Token), CancellationToken.None);
            _spares[key] = new Spare(making, unwanted);
        }
    }

    public bool IsMaking(TKey key)
    {
        lock (_lock) return _spares.TryGetValue(key, out var spare) && !spare.Made.IsCompleted;
    }

    /// <summary>Waits until the key's spare is made, or has turned out to be impossible.</summary>
    public async Task SettleAsync(TKey key, CancellationToken cancellationToken)
    {
        Spare? spare;
        lock (_lock) spare = _spares.GetValueOrDefault(key);
        if (spare is not null) await spare.Made.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// The key's spare, the caller's own from now on; one that is being made is waited for, as making another would
    /// take longer. Null when there is none or it is no longer good.
    /// </summary>
    public async Task<TParts?> TakeAsync(TKey key, CancellationToken cancellationToken)
    {
        Spare? spare;
        lock (_lock)
        {
            if (!_spares.Remove(key, out spare)) return null;
        }

        try
        {
            if (await spare.Made.WaitAsync(cancellationToken) is not { } made) return null;
            if (isGood(made)) return made;
        }
        catch (OperationCanceledException)
        {
            Leave(spare);
            throw;
        }

        Leave(spare);
        return null;
    }

    /// <summary>Throws the key's spare away, made or not.</summary>
    public void Discard(TKey key)
    {
        Spare? spare;
        lock (_lock)
        {
            if (!_spares.Remove(key, out spare)) return;
        }

        Leave(spare);
    }

    public async ValueTask DisposeAsync()
    {
        List<Spare> left;
        lock (_lock)
        {
            _closed = true;
            left = [.. _spares.Values];
            _spares.Clear();
        }

        left.ForEach(Leave);
        Task[] leaving;
        lock (_lock) leaving = [.. _leaving];
        await Task.WhenAll(leaving);
    }

    private void Leave(Spare spare)
    {
        spare.Unwanted.Cancel();
        var over = new TaskCompletionSource();
        lock (_lock) _leaving.Add(over.Task);
        _ = RemoveAsync(spare, over);
    }

    private async Task RemoveAsync(Spare spare, TaskCompletionSource over)
    {
        try
        {
            if (await spare.Made is { } made) await remove(made);
        }
        finally
        {
            lock (_lock) _leaving.Remove(over.Task);
            over.SetResult();
            spare.Unwanted.Dispose();
        }
    }

    // A step that finds no spare is made the usual way and tells what is wrong.
    private static async Task<TParts?> TryMakeAsync(
        Func<CancellationToken, Task<TParts>> make, CancellationToken cancellationToken)
    {
        try
        {
            return await make(cancellationToken);
        }
        catch (Exception exception) when (exception is RuntimeException or OperationCanceledException)
        {
            return null;
        }
    }

    private sealed record Spare(Task<TParts?> Made, CancellationTokenSource Unwanted);
}
