using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.Runtimes.Steps;

/// <summary>
/// The one thread that all steps of a runtime share. It tells when a pipe can be read or a process has ended, so that
/// no thread waits per stream; and it starts the steps, because a step is killed when the thread that started it ends.
/// A handler runs on this thread and must not block; one call of <see cref="Arm"/> leads to one call of it, and it may
/// be called without cause.
/// </summary>
internal sealed unsafe class EventThread : IDisposable
{
    public const uint Readable = 1;
    public const uint Writable = 4;
    private const uint Once = 1u << 30;
    private const int Add = 1;
    private const int Delete = 2;
    private const int Modify = 3;
    private const int Capacity = 64;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int EventBytes = DataOffset + 8;

    private readonly SafeFileHandle _poll = Posix.Checked(Posix.CreateEventPoll(Posix.CloseOnExec), "epoll");
    private readonly SafeFileHandle _bell = Posix.Checked(
        Posix.MakeEventCounter(0, Posix.CloseOnExec | Posix.NonBlocking), "eventfd");
    private readonly ConcurrentDictionary<long, Action> _handlers = new();
    private readonly ConcurrentQueue<Action> _work = new();
    private volatile bool _stopped;
    private Thread? _thread;

    public static EventThread Start()
    {
        var events = new EventThread();
        events.Watch(events._bell, () => { });
        events._thread = new Thread(events.Run) { IsBackground = true, Name = "weir steps" };
        events._thread.Start();
        return events;
    }

    /// <summary>Calls <paramref name="handler"/> for the file from now on, once for each <see cref="Arm"/>.</summary>
    public void Watch(SafeFileHandle file, Action handler)
    {
        _handlers[file.DangerousGetHandle()] = handler;
        Posix.Check(Control(Add, file, 0), "epoll");
    }

    public void Arm(SafeFileHandle file, uint events) => Posix.Check(Control(Modify, file, events), "epoll");

    public void Forget(SafeFileHandle file)
    {
        if (file.IsClosed) return;
        _handlers.TryRemove(file.DangerousGetHandle(), out _);
        _ = Control(Delete, file, 0);
    }

    public Task<T> InvokeAsync<T>(Func<T> function)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Enqueue(() => Complete(result, function));
        Ring();
        return result.Task;
    }

    public void Dispose()
    {
        _stopped = true;
        Ring();
        _thread?.Join();
        _poll.Dispose();
        _bell.Dispose();
    }

    private static void Complete<T>(TaskCompletionSource<T> result, Func<T> function)
    {
        try
        {
            result.SetResult(function());
        }
        catch (IOException exception)
        {
            result.SetException(exception);
        }
    }

    private void Run()
    {
        var events = stackalloc byte[Capacity * 16];
        Arm(_bell, Readable);
        while (!_stopped)
        {
            var count = Posix.WaitForEvents(_poll, events, Capacity, -1);
            for (var i = 0; i < count; i++)
            {
                var file = Marshal.ReadInt64((nint)(events + (i * EventBytes) + DataOffset));
                if (_handlers.TryGetValue(file, out var handler)) handler();
            }

            Answer();
            while (_work.TryDequeue(out var work)) work();
        }
    }

    private void Answer()
    {
        long counter;
        _ = Posix.Read(_bell, (byte*)&counter, sizeof(long));
        Arm(_bell, Readable);
    }

    private void Ring()
    {
        long one = 1;
        _ = Posix.Write(_bell, (byte*)&one, sizeof(long));
    }

    private int Control(int operation, SafeFileHandle file, uint events)
    {
        var change = stackalloc byte[16];
        *(uint*)change = events | Once;
        Marshal.WriteInt64((nint)(change + DataOffset), file.DangerousGetHandle());
        return Posix.ControlEventPoll(_poll, operation, file, change);
    }
}
