using Weir.Engine.Runtimes;

namespace Weir.Runtimes.Fake;

/// <summary>
/// Pretends to run steps, scripted by the step's environment (see <see cref="FakeScript"/>). It has no thread and no
/// clock but the given one, so it is deterministic under a single-threaded synchronization context. The object stands
/// for the engine beside the agent: it may be kept while an agent is restarted, and its containers with it.
/// </summary>
/// <param name="time">The clock of all sleeps and graces.</param>
/// <param name="adopts">True when containers outlive their agent, as Docker's do; false when they cannot be taken up
/// again.</param>
public sealed class FakeRuntime(TimeProvider time, bool adopts) : IContainerRuntime
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, FakeStep> _steps = new(StringComparer.Ordinal);

    public FakeRuntime(TimeProvider time)
        : this(time, adopts: false)
    {
    }

    public string Name => "fake";

    public RuntimeCapabilities Capabilities =>
        RuntimeCapabilities.NoFolders | (adopts ? RuntimeCapabilities.Adoption : RuntimeCapabilities.None);

    /// <summary>Ids of the containers that exist and have not ended, gate open or not, in order of id.</summary>
    public IReadOnlyList<string> Running
    {
        get
        {
            lock (_lock) return [.. _steps.Where(step => !step.Value.HasEnded).Select(step => step.Key)];
        }
    }

    public Task<IStepContainer> CreateAsync(ContainerSpec spec, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (spec.Work.Env.TryGetValue(FakeScript.CreateError, out var error))
        {
            throw new RuntimeException("the step asked for it") { UserFault = error == "user" };
        }

        var step = new FakeStep(time);
        lock (_lock)
        {
            if (!_steps.TryAdd(spec.Id, step)) throw new RuntimeException($"container {spec.Id} exists already");
        }

        return Task.FromResult<IStepContainer>(new FakeContainer(this, spec, step));
    }

    public Task<IStepContainer?> AdoptAsync(ContainerSpec spec, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        FakeStep? step;
        lock (_lock) _steps.TryGetValue(spec.Id, out step);
        var container = adopts && step is not null ? new FakeContainer(this, spec, step) : null;
        return Task.FromResult<IStepContainer?>(container);
    }

    public Task SweepAsync(IReadOnlyList<ContainerSpec> keep, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Remove(id => !keep.Any(spec => spec.Id == id));
        return Task.CompletedTask;
    }

    /// <summary>Everything vanishes at once, as when the machine loses power.</summary>
    public void LoseAll() => Remove(_ => true);

    internal TimeProvider Time => time;

    internal void Remove(string id, FakeStep step)
    {
        lock (_lock)
        {
            if (_steps.TryGetValue(id, out var known) && known == step) _steps.Remove(id);
        }

        step.End(FakeStep.Killed);
    }

    private void Remove(Predicate<string> which)
    {
        List<FakeStep> removed = [];
        lock (_lock)
        {
            foreach (var id in _steps.Keys.Where(id => which(id)).ToList())
            {
                removed.Add(_steps[id]);
                _steps.Remove(id);
            }
        }

        removed.ForEach(step => step.End(FakeStep.Killed));
    }
}
