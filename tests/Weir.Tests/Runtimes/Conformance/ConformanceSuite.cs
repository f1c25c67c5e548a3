using Weir.Contracts.AgentProtocol;
using Weir.Engine.Runtimes;

namespace Weir.Tests.Runtimes.Conformance;

public abstract class ConformanceSuite<TSubject> : IAsyncLifetime
    where TSubject : IRuntimeSubject, new()
{
    private const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly string _root = Directory.CreateTempSubdirectory("weir-runtime-").FullName;
    private readonly List<IContainerRuntime> _started = [];
    private int _steps;

    protected IContainerRuntime Runtime { get; private set; } = null!;

    protected static StepWork Work { get; } = new();

    public ValueTask InitializeAsync()
    {
        File.SetUnixFileMode(_root, Passable);
        Runtime = Start("agent");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var runtime in _started)
        {
            if (runtime.Capabilities.HasFlag(RuntimeCapabilities.Adoption))
            {
                await runtime.SweepAsync([], default);
            }

            if (runtime is IAsyncDisposable disposable) await disposable.DisposeAsync();
        }

        Directory.Delete(_root, recursive: true);
    }

    protected IContainerRuntime Start(string agent)
    {
        var runtime = new TSubject().Start(Path.Combine(_root, agent));
        _started.Add(runtime);
        return runtime;
    }

    protected void Needs(RuntimeCapabilities capability) =>
        Assert.SkipUnless(Runtime.Capabilities.HasFlag(capability), $"{Runtime.Name} has no {capability}");

    protected ContainerSpec NewSpec(StepWork? work = null, int slot = 0)
    {
        var id = $"run-step-{Interlocked.Increment(ref _steps)}";
        var workspace = Directory.CreateDirectory(Path.Combine(_root, "workspaces", id)).FullName;
        return new ContainerSpec(
            id, Path.Combine(_root, "attempts", id), workspace) { Work = work ?? Work, Slot = slot };
    }

    protected async Task<StepUnderTest> CreateAsync(
        StepWork? work = null, int slot = 0, IContainerRuntime? runtime = null)
    {
        var spec = NewSpec(work, slot);
        return new StepUnderTest(await (runtime ?? Runtime).CreateAsync(spec, default), spec);
    }

    protected async Task<StepUnderTest> OpenAsync(params string[] commands)
    {
        var step = await CreateAsync();
        await step.OpenAsync(commands);
        return step;
    }

    protected Task<StepResult> RunAsync(params string[] commands) => RunAsync(commands, env: null);

    protected async Task<StepResult> RunAsync(
        string[] commands, IReadOnlyDictionary<string, string>? env, StepWork? work = null, int slot = 0)
    {
        await using var step = await CreateAsync(work, slot);
        await step.OpenAsync(commands, env);
        return await step.FinishAsync();
    }
}
