using Weir.Engine.Runtimes;
using Weir.Runtimes.Docker.Api;
using Weir.Runtimes.Steps;

namespace Weir.Runtimes.Docker;

/// <summary>
/// One step in its container. Its end is known from the step's own first process, milliseconds after its commands; the
/// engine is asked besides, for steps that did not end by themselves.
/// </summary>
internal sealed class DockerContainer : IStepContainer
{
    private const string ByKill = "KILL";
    private static readonly TimeSpan LongestRemoval = TimeSpan.FromSeconds(30);
    private readonly DockerParts _parts;
    private readonly DockerHost _host;
    private readonly Action<DockerParts> _onDispose;
    private readonly AsyncSignal _told = new();
    private readonly CancellationTokenSource _over = new();
    private readonly TaskCompletionSource<ContainerExit> _exit = new(
        TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _killed;
    private int _disposed;

    private DockerContainer(DockerParts parts, DockerHost host, Action<DockerParts> onDispose) =>
        (_parts, _host, _onDispose) = (parts, host, onDispose);

    public string OutputFile => DockerFolder.OutputInside;

    public string MaskFile => DockerFolder.MasksInside;

    public string? Image => _parts.Image;

    private EngineContainers Engine => _host.Engine.Containers;

    public static DockerContainer Watch(DockerParts parts, DockerHost host, Action<DockerParts> onDispose)
    {
        var container = new DockerContainer(parts, host, onDispose);
        host.Events.Watch(parts.Events, container._told.Set);
        host.Events.Arm(parts.Events, EventThread.Readable);
        _ = container.EndAsync();
        return container;
    }

    public async Task OpenGateAsync(GateScript script, CancellationToken cancellationToken)
    {
        var places = new GatePlaces(DockerFolder.Inside, OutputFile, MaskFile, _parts.Workdir())
        {
            Workspace = DockerFolder.Workspace,
        };
        var text = GateText.Write(script, places, _parts.Format);
        if (_parts.User is { } user) FolderTree.Give(Path.GetFullPath(_parts.Spec.Workspace), user);
        _parts.Folder.WriteCommands(script.Commands);
        using var gate = new GatePipe(_host.Events, await OpenGatePipeAsync(cancellationToken));
        await gate.WriteAsync(text, cancellationToken);
    }

    public ValueTask<OutputChunk?> ReadAsync(CancellationToken cancellationToken) =>
        _parts.Output.ReadAsync(cancellationToken);

    public Task<ContainerExit> WaitAsync(CancellationToken cancellationToken) =>
        _exit.Task.WaitAsync(cancellationToken);

    public Task<byte[]> ReadOutputFileAsync(int maxBytes, CancellationToken cancellationToken) =>
        Task.Run(() => _parts.Folder.ReadOutput(maxBytes), cancellationToken);

    public async Task<long> MeasureDiskAsync(CancellationToken cancellationToken)
    {
        var folders = Task.Run(
            () => DiskUsage.Of([_parts.Spec.Workspace, _parts.Folder.Step], cancellationToken), cancellationToken);
        try
        {
            return await Engine.ChangedBytesAsync(_parts.Container, cancellationToken) + await folders;
        }
        catch (Exception exception) when (DockerHost.IsTrouble(exception))
        {
            return await folders;
        }
    }

    public byte[] ReadMasks(int maxBytes) => _parts.Folder.ReadMasks(maxBytes);

    public async Task KillAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        if (_exit.Task.IsCompleted) return;
        try
        {
            if (grace > TimeSpan.Zero && await AskAsync(grace, cancellationToken)) return;
        }
        finally
        {
            await KillNowAsync(CancellationToken.None);
        }

        await _exit.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Stops watching it, and leaves it as it is to the agent's next life.</summary>
    public void LetGo()
    {
        _over.Cancel();
        _parts.Close();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        try
        {
            if (!_exit.Task.IsCompleted)
            {
                await KillNowAsync(CancellationToken.None);
                await _exit.Task.WaitAsync(LongestRemoval, _host.Time);
            }
        }
        catch (Exception exception) when (exception is RuntimeException or TimeoutException)
        {
            _exit.TrySetResult(new ContainerExit(-1) { Lost = "the engine did not answer" });
        }
        finally
        {
            LetGo();
            _onDispose(_parts);
        }
    }

    // The engine says that the container runs a moment before its shell has come to its gate.
    private async Task<Microsoft.Win32.SafeHandles.SafeFileHandle> OpenGatePipeAsync(
        CancellationToken cancellationToken)
    {
        if (_parts.Gate is { } held) return held;
        while (true)
        {
            var gate = Posix.TryOpen(_parts.Folder.Gate, Posix.WriteOnly | Posix.NonBlocking);
            if (!gate.IsInvalid) return gate;
            gate.Dispose();
            if (_exit.Task.IsCompleted)
            {
                throw new RuntimeException("the step's shell ended before its gate was opened");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), _host.Time, cancellationToken);
        }
    }

    private async Task<bool> AskAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        var began = _host.Time.GetTimestamp();
        try
        {
            await Engine.ExecuteAsync(
                _parts.Container, GateShell.Terminate(_parts.Spec.Work.Shell), cancellationToken);
        }
        catch (Exception exception) when (DockerHost.IsTrouble(exception))
        {
            // a step that has no room for one more process cannot be asked; it is killed when its grace has passed
        }

        try
        {
            var left = grace - _host.Time.GetElapsedTime(began);
            await _exit.Task.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _host.Time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task KillNowAsync(CancellationToken cancellationToken)
    {
        if (_exit.Task.IsCompleted) return;
        _killed = true;
        try
        {
            await Engine.KillAsync(_parts.Container, ByKill, cancellationToken);
        }
        catch (Exception exception) when (DockerHost.IsTrouble(exception))
        {
            throw new RuntimeException($"the container could not be killed: {exception.Message}", exception);
        }
    }

    private async Task EndAsync()
    {
        try
        {
            var told = WatchEndAsync();
            var died = WatchDeathAsync();
            await Task.WhenAny(told, died);
            var exit = told.IsCompletedSuccessfully
                ? await JudgeAsync(await told, died)
                : Judge(await died, await FactsAsync());
            _parts.Output.Exit(exit.ExitCode);
            _parts.Output.Abandon();
            _exit.TrySetResult(exit);
        }
        catch (OperationCanceledException)
        {
            _parts.Output.Abandon();
            _exit.TrySetResult(new ContainerExit(-1) { Lost = "nobody watches the container any more" });
        }
        finally
        {
            await _over.CancelAsync();
        }
    }

    // What the step left running has been told to die, and is gone for certain when its container is.
    private async Task<ContainerExit> JudgeAsync(DockerEnd end, Task<int> died)
    {
        var mayLackMemory = end.Code != 0 && _parts.Spec.Work.Limits.MemoryBytes is not null;
        if (!end.HadOthers && !mayLackMemory) return new ContainerExit(end.Code);
        // Its group goes with it.
        var ranOut = mayLackMemory && await FactsAsync() is { } alive
            && MemoryKills.AnyAround(alive.State.Pid, _parts.Container);
        try
        {
            await Engine.KillAsync(_parts.Container, ByKill, _over.Token);
            await died;
        }
        catch (Exception exception) when (DockerHost.IsTrouble(exception))
        {
            return new ContainerExit(end.Code) { OutOfMemory = ranOut };
        }

        var facts = mayLackMemory ? await FactsAsync() : null;
        return new ContainerExit(end.Code) { OutOfMemory = ranOut || facts?.State.OOMKilled == true };
    }

    private ContainerExit Judge(int code, ContainerFacts? facts)
    {
        if (_parts.Folder.End is { } end) return new ContainerExit(end.Code);
        var exit = new ContainerExit(code) { OutOfMemory = facts?.State.OOMKilled == true };
        if (_killed || exit.OutOfMemory) return exit;
        return exit with
        {
            Lost = facts is null
                ? "the container is gone"
                : $"the container was ended from outside, with exit code {code}",
        };
    }

    private async Task<ContainerFacts?> FactsAsync()
    {
        try
        {
            return await Engine.InspectAsync(_parts.Container, _over.Token);
        }
        catch (Exception exception) when (DockerHost.IsTrouble(exception))
        {
            return null;
        }
    }

    private async Task<DockerEnd> WatchEndAsync()
    {
        while (true)
        {
            await _told.WaitAsync(_over.Token);
            if (_parts.Folder.End is { } end) return end;
            Drain();
            _host.Events.Arm(_parts.Events, EventThread.Readable);
        }
    }

    private unsafe void Drain()
    {
        var nothing = stackalloc byte[64];
        while (Posix.Read(_parts.Events, nothing, 64) > 0)
        {
            // only its coming matters
        }
    }

    // Its containers may live on while an engine is restarted.
    private Task<int> WatchDeathAsync() => _host.InsistAsync(
        async token =>
        {
            try
            {
                return await Engine.WaitAsync(_parts.Container, token);
            }
            catch (EngineException missing) when (missing.IsMissing)
            {
                return -1;
            }
        },
        _over.Token);
}
