namespace Weir.Testing.Simulation;

/// <summary>
/// One life of a simulated process: the context its code runs under. Killed, none of its continuations ever runs again:
/// it stops where it stands, as after <c>kill -9</c>, without running a finally.
/// </summary>
public sealed class SimProcess(SimScheduler scheduler, string name) : SynchronizationContext
{
    private TaskCompletionSource? _strike;
    private int _left;

    public string Name => name;
    public bool IsDead { get; private set; }

    public void Kill()
    {
        IsDead = true;
        _strike?.TrySetResult();
    }

    /// <summary>
    /// Completes when the process has run that many continuations more, or is dead: in the middle of what it does.
    /// </summary>
    internal Task AfterAsync(int continuations)
    {
        _left = continuations;
        _strike = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (IsDead) _strike.TrySetResult();
        return _strike.Task;
    }

    internal void HasRunOne()
    {
        if (_strike is not null && --_left <= 0) _strike.TrySetResult();
    }

    public override void Post(SendOrPostCallback d, object? state) => scheduler.Add(this, d, state);

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs the call inside this process; the answer never comes when the process dies first.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> call)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(_ => _ = CompleteAsync(call, answer), null);
        return answer.Task;
    }

    private static async Task CompleteAsync<T>(Func<Task<T>> call, TaskCompletionSource<T> answer)
    {
        try
        {
            answer.TrySetResult(await call());
        }
        catch (OperationCanceledException cancelled)
        {
            answer.TrySetCanceled(cancelled.CancellationToken);
        }
        catch (Exception failure) when (failure is not SimulationException)
        {
            answer.TrySetException(failure);
        }
    }
}
