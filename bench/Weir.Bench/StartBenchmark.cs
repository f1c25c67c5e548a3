using Weir.Contracts.Runs;
using Weir.Controller.Hosting;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Fake;

namespace Weir.Bench;

/// <summary>From asking for a run to its first command at an idle agent over HTTP, beside the spawn.</summary>
internal static class StartBenchmark
{
    private const string Definition = "name: start\nruntime: fake\nsteps: [{ name: s, commands: [\"true\"] }]\n";
    private const int Rounds = 200;
    private const int WarmUp = 600;
    private const double AskedMilliseconds = 4;

    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        var median = await MedianAsync(options => options, cancellationToken);
        return [new Figure("run start to first command", $"{median:0.00} ms", "beside the spawn", null, $"≤ {AskedMilliseconds} ms", median <= AskedMilliseconds)];
    }

    /// <summary>In milliseconds.</summary>
    public static async Task<double> MedianAsync(
        Func<ControllerOptions, ControllerOptions> configure, CancellationToken cancellationToken)
    {
        var gate = new GateWatch(new FakeRuntime(TimeProvider.System));
        await using var system = await BenchSystem.StartAsync(_ => [gate], 1, configure, cancellationToken);
        var times = new List<double>();
        for (var round = 0; round < Rounds + WarmUp; round++)
        {
            // The agent must be back in its waiting claim: that is what idle means.
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellationToken);
            var start = TimeProvider.System.GetTimestamp();
            var opened = gate.NextAsync();
            await system.Client.Runs.StartAsync(new StartRunRequest { Definition = Definition }, cancellationToken);
            var at = await opened;
            if (round >= WarmUp) times.Add(TimeProvider.System.GetElapsedTime(start, at).TotalMilliseconds);
        }

        return Medians.Of(times);
    }

    /// <summary>Tells when a step's gate opens, which is when its first command begins.</summary>
    private sealed class GateWatch(FakeRuntime inner) : IContainerRuntime
    {
        private TaskCompletionSource<long> _next = new();

        public string Name => inner.Name;

        public RuntimeCapabilities Capabilities => inner.Capabilities;

        public Task<long> NextAsync() =>
            (_next = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public async Task<IStepContainer> CreateAsync(ContainerSpec spec, CancellationToken cancellationToken) =>
            new Watched(this, await inner.CreateAsync(spec, cancellationToken));

        public Task<IStepContainer?> AdoptAsync(ContainerSpec spec, CancellationToken cancellationToken) =>
            inner.AdoptAsync(spec, cancellationToken);

        public Task SweepAsync(IReadOnlyList<ContainerSpec> keep, CancellationToken cancellationToken) =>
            inner.SweepAsync(keep, cancellationToken);

        private sealed class Watched(GateWatch watch, IStepContainer inner) : IStepContainer
        {
            public string OutputFile => inner.OutputFile;

            public string MaskFile => inner.MaskFile;

            public Task OpenGateAsync(GateScript script, CancellationToken cancellationToken)
            {
                watch._next.TrySetResult(TimeProvider.System.GetTimestamp());
                return inner.OpenGateAsync(script, cancellationToken);
            }

            public ValueTask<OutputChunk?> ReadAsync(CancellationToken cancellationToken) =>
                inner.ReadAsync(cancellationToken);

            public Task<byte[]> ReadOutputFileAsync(int maxBytes, CancellationToken cancellationToken) =>
                inner.ReadOutputFileAsync(maxBytes, cancellationToken);

            public byte[] ReadMasks(int maxBytes) => inner.ReadMasks(maxBytes);

            public Task<ContainerExit> WaitAsync(CancellationToken cancellationToken) =>
                inner.WaitAsync(cancellationToken);

            public Task KillAsync(TimeSpan grace, CancellationToken cancellationToken) =>
                inner.KillAsync(grace, cancellationToken);

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}
