using System.Collections.Immutable;
using Weir.Engine.Runtimes;

namespace Weir.Runtimes.Fake;

/// <summary>An agent's hold on a <see cref="FakeStep"/>, with its own place in the output.</summary>
internal sealed class FakeContainer(FakeRuntime runtime, ContainerSpec spec, FakeStep step) : IStepContainer
{
    private int _position;

    public string OutputFile => Path.Combine(spec.Folder, "output");

    public string MaskFile => Path.Combine(spec.Folder, "masks");

    public Task OpenGateAsync(GateScript script, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        FakeArtifacts.Leave(spec);
        step.Start(FakeScript.Read(script));
        return Task.CompletedTask;
    }

    public ValueTask<OutputChunk?> ReadAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (step.TryRead(_position, out var chunk, out var ended))
        {
            _position++;
            return new ValueTask<OutputChunk?>(chunk);
        }

        return ended ? default : ReadLaterAsync(cancellationToken);
    }

    public Task<ContainerExit> WaitAsync(CancellationToken cancellationToken) =>
        WhileAsync(step.Exited, cancellationToken);

    public Task<byte[]> ReadOutputFileAsync(int maxBytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ImmutableArray<byte> bytes = step.HasEnded && step.Script is { } script ? script.Outputs : [];
        if (bytes.Length <= maxBytes) return Task.FromResult<byte[]>([.. bytes]);
        throw new RuntimeException($"the output file is larger than {maxBytes} bytes") { UserFault = true };
    }

    public byte[] ReadMasks(int maxBytes) => step.Script is { } script ? [.. script.Masks.Take(maxBytes)] : [];

    public Task<long> MeasureDiskAsync(CancellationToken cancellationToken) =>
        Task.FromResult(step.Script?.DiskBytes ?? 0);

    public async Task KillAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        if (step.Script is not { IgnoresTerm: true })
        {
            step.End(FakeStep.Terminated);
            return;
        }

        using var timer = runtime.Time.CreateTimer(
            _ => step.End(FakeStep.Killed), null, grace, Timeout.InfiniteTimeSpan);
        await WhileAsync(step.Exited, cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        runtime.Remove(spec.Id, step);
        return ValueTask.CompletedTask;
    }

    private async ValueTask<OutputChunk?> ReadLaterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await WhileAsync(step.ChangedAsync(_position), cancellationToken);
            if (step.TryRead(_position, out var chunk, out var ended))
            {
                _position++;
                return chunk;
            }

            if (ended) return null;
        }
    }

    private static async Task<T> WhileAsync<T>(Task<T> task, CancellationToken cancellationToken)
    {
        await WhileAsync((Task)task, cancellationToken);
        return await task;
    }

    // Task.WaitAsync(token) would resume on the thread pool, outside the simulator's thread.
    private static async Task WhileAsync(Task task, CancellationToken cancellationToken)
    {
        if (task.IsCompleted || !cancellationToken.CanBeCanceled)
        {
            await task;
            return;
        }

        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), done);
        _ = CompleteAsync(task, done);
        await done.Task;
    }

    private static async Task CompleteAsync(Task task, TaskCompletionSource done)
    {
        await task;
        done.TrySetResult();
    }
}
