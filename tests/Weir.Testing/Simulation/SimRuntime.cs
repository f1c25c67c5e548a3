using Weir.Contracts.AgentProtocol;
using Weir.Engine.Runtimes;
using Weir.Engine.Storage;
using Weir.Runtimes.Fake;

namespace Weir.Testing.Simulation;

/// <summary>
/// The fake runtime of one machine, with an observer at each container. It is the machine: it outlives its agents.
/// </summary>
internal sealed class SimRuntime(SimWorld world, FakeRuntime inner) : IContainerRuntime
{
    private readonly List<IStepContainer> _exclusive = [];

    /// <summary>What each attempt wrote, as far as anyone has read it.</summary>
    public Dictionary<(string Container, LogStream Stream), byte[]> Written { get; } = [];

    public string Name => inner.Name;

    public RuntimeCapabilities Capabilities => inner.Capabilities;

    public async Task<IStepContainer> CreateAsync(ContainerSpec spec, CancellationToken cancellationToken) =>
        new Observed(this, spec, await inner.CreateAsync(spec, cancellationToken));

    public async Task<IStepContainer?> AdoptAsync(ContainerSpec spec, CancellationToken cancellationToken) =>
        await inner.AdoptAsync(spec, cancellationToken) is { } container ? new Observed(this, spec, container) : null;

    public Task SweepAsync(IReadOnlyList<ContainerSpec> keep, CancellationToken cancellationToken) =>
        inner.SweepAsync(keep, cancellationToken);

    public void LoseAll() => inner.LoseAll();

    /// <summary>
    /// A step that must never overlap with another attempt dies with its agent, also where others outlive it.
    /// </summary>
    public void LoseExclusive()
    {
        foreach (var container in _exclusive) _ = container.DisposeAsync().AsTask();
        _exclusive.Clear();
    }

    private sealed class Observed(SimRuntime machine, ContainerSpec spec, IStepContainer inner) : IStepContainer
    {
        private readonly Dictionary<LogStream, List<byte>> _read =
            new() { [LogStream.Stdout] = [], [LogStream.Stderr] = [] };

        public string OutputFile => inner.OutputFile;

        public string MaskFile => inner.MaskFile;

        public async Task OpenGateAsync(GateScript script, CancellationToken cancellationToken)
        {
            var step = new StepKey(script.Env["WEIR_RUN_ID"], script.Env["WEIR_STEP"]);
            await inner.OpenGateAsync(script, cancellationToken);
            var mustNotOverlap = spec.Work.Env.ContainsKey(SimPlans.Exclusive);
            if (spec.DiesWithAgent) machine._exclusive.Add(inner);
            machine.Begin(step, mustNotOverlap, inner);
        }

        public async ValueTask<OutputChunk?> ReadAsync(CancellationToken cancellationToken)
        {
            var chunk = await inner.ReadAsync(cancellationToken);
            if (chunk is { Marker: null } bytes)
            {
                var read = _read[bytes.Stream];
                read.AddRange(bytes.Bytes.Span);
                var key = (spec.Id, bytes.Stream);
                if (read.Count > (machine.Written.TryGetValue(key, out var known) ? known.Length : 0))
                    machine.Written[key] = [.. read];
            }

            return chunk;
        }

        public Task<byte[]> ReadOutputFileAsync(int maxBytes, CancellationToken cancellationToken) =>
            inner.ReadOutputFileAsync(maxBytes, cancellationToken);

        public byte[] ReadMasks(int maxBytes) => inner.ReadMasks(maxBytes);

        public Task<ContainerExit> WaitAsync(CancellationToken cancellationToken) => inner.WaitAsync(cancellationToken);

        public Task KillAsync(TimeSpan grace, CancellationToken cancellationToken) =>
            inner.KillAsync(grace, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private void Begin(StepKey step, bool mustNotOverlap, IStepContainer container)
    {
        world.Watch.Began(step, mustNotOverlap);
        // The machine watches, not the agent: its death must not hide that the work went on.
        world.Machines.Post(_ => _ = EndAsync(step, container), null);
    }

    private async Task EndAsync(StepKey step, IStepContainer container)
    {
        await container.WaitAsync(CancellationToken.None);
        world.Watch.Ended(step);
    }
}
