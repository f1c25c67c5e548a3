namespace Weir.Testing.Simulation;

/// <summary>
/// Runs every simulated process on one thread: each continuation is queued, and a seeded <see cref="Random"/> picks
/// which goes next. When nothing is left to run, virtual time moves to the next timer. Same seed, same order.
/// </summary>
public sealed class SimScheduler(int seed)
{
    private readonly List<(SimProcess Process, SendOrPostCallback Callback, object? State)> _ready = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;

    private string? _failure;
    private volatile bool _over;

    public Random Random { get; } = new(seed);
    public SimClock Clock { get; } = new();
    public long Steps { get; private set; }

    /// <summary>Sums up what ran when, so that two runs of one seed can be compared (within one process).</summary>
    public int Fingerprint { get; private set; }

    /// <summary>
    /// Runs until the task is over; throws its exception, or <see cref="SimulationException"/> when nothing can move.
    /// </summary>
    public void Run(Func<Task> main, TimeSpan longest, long mostSteps)
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new SimProcess(this, "world"));
        try
        {
            var task = main();
            while (!task.IsCompleted)
            {
                if (_failure is { } failure) throw new SimulationException(failure);
                if (Steps > mostSteps) throw new SimulationException($"still not over after {mostSteps} steps");
                if (_ready.Count > 0) RunOne();
                else if (!Clock.FireNext(longest))
                    throw new SimulationException($"nothing can move at {Clock.Elapsed}");
            }

            task.GetAwaiter().GetResult();
        }
        finally
        {
            _over = true;
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    internal void Fail(string failure) => _failure ??= failure;

    internal void Add(SimProcess process, SendOrPostCallback callback, object? state)
    {
        // What the collector finalizes (a forgotten PeriodicTimer) posts from its own thread; the dead hear nothing.
        if (process.IsDead || _over) return;
        if (Environment.CurrentManagedThreadId != _thread)
        {
            throw new InvalidOperationException("simulated code left the simulator's thread");
        }

        _ready.Add((process, callback, state));
    }

    private void RunOne()
    {
        var i = Random.Next(_ready.Count);
        var (process, callback, state) = _ready[i];
        _ready[i] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        if (process.IsDead) return;
        Steps++;
        Fingerprint = HashCode.Combine(Fingerprint, i, process.Name, Clock.Elapsed);
        SynchronizationContext.SetSynchronizationContext(process);
        callback(state);
        process.HasRunOne();
    }
}

/// <summary>The simulated system broke a promise, or came to a stand.</summary>
public sealed class SimulationException(string message) : Exception(message);
