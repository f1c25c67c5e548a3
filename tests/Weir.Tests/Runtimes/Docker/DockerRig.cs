using Weir.Contracts.AgentProtocol;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Docker;
using Weir.Runtimes.Docker.Api;
using Weir.Tests.Runtimes.Conformance;

namespace Weir.Tests.Runtimes.Docker;

/// <summary>One agent's docker runtime in a folder of its own; several lives of it may follow each other.</summary>
public abstract class DockerRig : IAsyncLifetime
{
    private readonly List<DockerRuntime> _lives = [];
    private int _steps;

    protected string Root { get; } = Directory.CreateTempSubdirectory("weir-docker-").FullName;

    internal DockerRuntime Runtime => _lives[^1];

    internal EngineClient Engine { get; } = new(TestEngine.Socket);

    public virtual ValueTask InitializeAsync()
    {
        NextLife();
        return ValueTask.CompletedTask;
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_lives.Count > 0) await NextLife().SweepAsync([], default);
        foreach (var life in _lives) await life.DisposeAsync();
        Engine.Dispose();
        Directory.Delete(Root, recursive: true);
    }

    internal DockerRuntime NextLife(Func<DockerRuntimeOptions, DockerRuntimeOptions>? change = null)
    {
        var options = TestEngine.Options(Path.Combine(Root, "docker"));
        var runtime = DockerRuntime.Start(change is null ? options : change(options), TimeProvider.System);
        _lives.Add(runtime);
        return runtime;
    }

    protected ContainerSpec NewSpec(StepWork? work = null, int slot = 0)
    {
        var id = $"run-step-{++_steps}";
        var workspace = Directory.CreateDirectory(Path.Combine(Root, "work", id)).FullName;
        return new ContainerSpec(id, Path.Combine(Root, id), workspace)
        {
            Work = work ?? new StepWork(), Slot = slot,
        };
    }

    protected async Task<StepUnderTest> OpenAsync(ContainerSpec spec, params string[] commands)
    {
        var step = new StepUnderTest(await Runtime.CreateAsync(spec, default), spec);
        await step.OpenAsync(commands);
        return step;
    }

    protected async Task<StepResult> RunAsync(ContainerSpec spec, params string[] commands)
    {
        await using var step = await OpenAsync(spec, commands);
        return await step.FinishAsync();
    }

    /// <summary>The engine's container of a step.</summary>
    internal async Task<ContainerEntry> ContainerOfAsync(ContainerSpec spec)
    {
        var all = await Engine.Containers.ListAsync($"{DockerNames.StepLabel}={spec.Id}", default);
        return all.Single(
            entry => entry.Labels[DockerNames.FolderLabel].StartsWith(Root, StringComparison.Ordinal));
    }
}
