using Weir.Engine.Runtimes;
using Weir.Runtimes.Steps;

namespace Weir.Runtimes.Process;

/// <summary>One step of the process runtime, from its gate shell to the last of its processes.</summary>
internal sealed class ProcessContainer : IStepContainer
{
    private readonly StepParts _parts;
    private readonly TimeProvider _time;
    private readonly Func<StepParts, Task> _onDispose;
    private readonly TaskCompletionSource<ContainerExit> _exit = new(
        TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _ending;
    private int _kills;
    private int _disposed;

    public ProcessContainer(StepParts parts, TimeProvider time, Func<StepParts, Task> onDispose)
    {
        (_parts, _time, _onDispose) = (parts, time, onDispose);
        _ending = EndAsync();
    }

    public string OutputFile => _parts.Folder.Output;

    public string MaskFile => _parts.Folder.Masks;

    public async Task OpenGateAsync(GateScript script, CancellationToken cancellationToken)
    {
        var places = new GatePlaces(_parts.Folder.Path, OutputFile, MaskFile, _parts.Workdir());
        var text = GateText.Write(script, places, _parts.Format);
        _parts.HandOver();
        _parts.Folder.WriteCommands(script.Commands);
        await _parts.Process.OpenGateAsync(text, cancellationToken);
    }

    public ValueTask<OutputChunk?> ReadAsync(CancellationToken cancellationToken) =>
        _parts.Output.ReadAsync(cancellationToken);

    public Task<ContainerExit> WaitAsync(CancellationToken cancellationToken) =>
        _exit.Task.WaitAsync(cancellationToken);

    public Task<byte[]> ReadOutputFileAsync(int maxBytes, CancellationToken cancellationToken) =>
        Task.Run(() => _parts.Folder.ReadOutput(maxBytes), cancellationToken);

    public Task<long> MeasureDiskAsync(CancellationToken cancellationToken) => Task.Run(
        () => DiskUsage.Of([_parts.Spec.Workspace, _parts.Folder.Home], cancellationToken), cancellationToken);

    public byte[] ReadMasks(int maxBytes) => _parts.Folder.ReadMasks(maxBytes);

    public async Task KillAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _kills);
        try
        {
            if (grace > TimeSpan.Zero)
            {
                _parts.Tree.Signal(Posix.SignalTerminate);
                _parts.Tree.Signal(Posix.SignalContinue);
                await _parts.Tree.WaitAsync(grace, _time, cancellationToken);
            }
        }
        finally
        {
            await _parts.Tree.KillAsync(_time, CancellationToken.None);
            _parts.Output.Abandon();
        }

        await _exit.Task.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        try
        {
            await _parts.Tree.KillAsync(_time, CancellationToken.None);
            await _ending;
        }
        finally
        {
            await _onDispose(_parts);
        }
    }

    // Whatever is left of the step must not hold its streams open for ever; a kill under way gives it its grace.
    private async Task EndAsync()
    {
        var code = await _parts.Process.Exited;
        _parts.Output.Exit(code);
        _exit.TrySetResult(Describe(code));
        if (_parts.Output.IsLetGo() || Volatile.Read(ref _kills) > 0) return;
        try
        {
            await _parts.Tree.KillAsync(_time, CancellationToken.None);
        }
        finally
        {
            _parts.Output.Abandon();
        }
    }

    private ContainerExit Describe(int code) => code == StepProcess.UnknownCode
        ? new ContainerExit(code) { Lost = "the step's shell vanished without an exit code" }
        : new ContainerExit(code) { OutOfMemory = code != 0 && _parts.Group?.RanOutOfMemory() == true };
}
