using Microsoft.Win32.SafeHandles;
using Weir.Runtimes.Steps;

namespace Weir.Runtimes.Process;

/// <summary>The gate shell as a child process: waits at its gate, is given its text, ends some time.</summary>
internal sealed class StepProcess : IDisposable
{
    /// <summary>The exit code when somebody else took notice of the end.</summary>
    public const int UnknownCode = -1;
    private const int SetStatus = 4;
    private readonly EventThread _events;
    private readonly GatePipe _gate;
    private readonly SafeFileHandle _handle;
    private readonly TaskCompletionSource<int> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private StepProcess(EventThread events, int pid, SafeFileHandle gate)
    {
        (_events, Pid, _gate) = (events, pid, new GatePipe(events, gate));
        _handle = Posix.OpenProcess(pid);
        events.Watch(_handle, TakeExit);
        events.Arm(_handle, EventThread.Readable);
    }

    public int Pid { get; }

    /// <summary>The exit code, 128 + signal when a signal ended it.</summary>
    public Task<int> Exited => _exit.Task;

    /// <summary>
    /// Starts the shell: on /dev/null, the call's two files, and the gate as descriptor 3. Throws
    /// <see cref="IOException"/> when it cannot be started.
    /// </summary>
    /// <param name="onStart">Told the process id before the new process has taken on its user.</param>
    public static async Task<StepProcess> StartAsync(
        EventThread events, SpawnCall call, StepFolder folder, Action<int> onStart)
    {
        var (read, write) = Posix.Pipe();
        using var nothing = File.OpenHandle("/dev/null");
        using (read)
        {
            folder.Give(read);
            _ = Posix.Control(write, SetStatus, Posix.NonBlocking | Posix.WriteOnly);
            var whole = call with { Files = [nothing, .. call.Files, read] };
            return await events.InvokeAsync(() =>
            {
                var pid = whole.Execute();
                var process = new StepProcess(events, pid, write);
                onStart(pid);
                return process;
            });
        }
    }

    public Task OpenGateAsync(string text, CancellationToken cancellationToken) =>
        _gate.WriteAsync(text, cancellationToken);

    /// <summary>Ends a shell whose gate was never opened.</summary>
    public async Task DropAsync()
    {
        if (!Exited.IsCompleted) _ = Posix.Kill(Pid, Posix.SignalKill);
        await Exited;
        Dispose();
    }

    public void Dispose()
    {
        _gate.Dispose();
        _events.Forget(_handle);
        _handle.Dispose();
    }

    private static int CodeOf(int status) => (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);

    private void TakeExit()
    {
        if (_exit.Task.IsCompleted) return;
        switch (Posix.WaitForProcess(Pid, out var status, Posix.NoHang))
        {
            case 0:
                _events.Arm(_handle, EventThread.Readable);
                break;
            case < 0:
                _exit.TrySetResult(UnknownCode);
                break;
            default:
                _exit.TrySetResult(CodeOf(status));
                break;
        }
    }
}
