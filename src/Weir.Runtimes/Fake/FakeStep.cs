using Weir.Engine.Runtimes;

namespace Weir.Runtimes.Fake;

/// <summary>
/// The fake process itself. It acts as far as it can whenever something happens: the gate opens, a sleep is over, the
/// reader has made room. All output is kept, as an adopted container is read from its beginning.
/// </summary>
internal sealed class FakeStep(TimeProvider time)
{
    public static readonly ContainerExit Killed = new(137);
    public static readonly ContainerExit Terminated = new(143);

    // As a pipe does: a step whose output nobody reads stops after this many chunks.
    private const int Room = 64;

    private readonly Lock _lock = new();
    private readonly List<OutputChunk> _output = [];
    private readonly TaskCompletionSource<ContainerExit> _exit = new(
        TaskCreationOptions.RunContinuationsAsynchronously);
    private IEnumerator<FakeAct>? _acts;
    private TaskCompletionSource? _changed;
    private ITimer? _sleep;
    private int _read;
    private int? _begun;

    public Task<ContainerExit> Exited => _exit.Task;

    public bool HasEnded => _exit.Task.IsCompleted;

    public FakeScript? Script { get; private set; }

    public void Start(FakeScript script)
    {
        lock (_lock)
        {
            if (_acts is not null) throw new InvalidOperationException("the gate is open already");
            Script = script;
            _acts = script.Acts().GetEnumerator();
            ActOn();
        }
    }

    /// <summary>
    /// The chunk at <paramref name="position"/>; false when there is none (yet), <paramref name="ended"/> tells which.
    /// </summary>
    public bool TryRead(int position, out OutputChunk chunk, out bool ended)
    {
        lock (_lock)
        {
            _read = Math.Max(_read, position);
            if (position >= _output.Count && _sleep is null) ActOn();
            ended = position >= _output.Count && HasEnded;
            chunk = position < _output.Count ? _output[position] : default;
            return position < _output.Count;
        }
    }

    /// <summary>Completes once there is a chunk at <paramref name="position"/> or the step has ended.</summary>
    public Task ChangedAsync(int position)
    {
        lock (_lock)
        {
            if (position < _output.Count || HasEnded) return Task.CompletedTask;
            _changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _changed.Task;
        }
    }

    public void End(ContainerExit exit)
    {
        lock (_lock)
        {
            _sleep?.Dispose();
            _sleep = null;
            _acts?.Dispose();
            if (_exit.TrySetResult(exit) && _begun is { } command && exit.Lost is null)
            {
                _output.Add(new OutputChunk { Marker = new CommandMarker(command, exit.ExitCode) });
            }

            Wake();
        }
    }

    private void ActOn()
    {
        var before = _output.Count;
        while (!HasEnded && _output.Count - _read < Room && _acts is not null && _acts.MoveNext())
        {
            var act = _acts.Current;
            if (act.End is not null)
            {
                End(act.End);
            }
            else if (act.Sleep > TimeSpan.Zero)
            {
                _sleep = time.CreateTimer(
                    step => ((FakeStep)step!).SleepIsOver(), this, act.Sleep, Timeout.InfiniteTimeSpan);
                break;
            }
            else
            {
                _output.Add(act.Output);
                if (act.Output.Marker is { } marker) _begun = marker.ExitCode is null ? marker.Index : null;
            }
        }

        if (_output.Count > before) Wake();
    }

    private void SleepIsOver()
    {
        lock (_lock)
        {
            if (_sleep is null) return;
            _sleep.Dispose();
            _sleep = null;
            ActOn();
        }
    }

    private void Wake()
    {
        _changed?.TrySetResult();
        _changed = null;
    }
}
