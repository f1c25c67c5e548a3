using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Weir.Engine.Runtimes;

namespace Weir.Runtimes.Steps;

/// <summary>The agent's end of the pipe through which the gate shell is told what to run.</summary>
internal sealed class GatePipe : IDisposable
{
    private readonly EventThread _events;
    private readonly SafeFileHandle _pipe;
    private readonly AsyncSignal _hasRoom = new();

    public GatePipe(EventThread events, SafeFileHandle pipe)
    {
        (_events, _pipe) = (events, pipe);
        events.Watch(pipe, _hasRoom.Set);
    }

    /// <summary>
    /// Writes all of it and closes. Throws <see cref="RuntimeException"/> when nobody reads any more.
    /// </summary>
    public async Task WriteAsync(string text, CancellationToken cancellationToken)
    {
        var bytes = Encoding.UTF8.GetBytes(text).AsMemory();
        while (bytes.Length > 0)
        {
            var (count, error) = Write(bytes.Span);
            if (count > 0)
            {
                bytes = bytes[count..];
            }
            else if (error == Posix.TryAgain)
            {
                _events.Arm(_pipe, EventThread.Writable);
                await _hasRoom.WaitAsync(cancellationToken);
            }
            else
            {
                throw new RuntimeException("the step's shell ended before its gate was opened");
            }
        }

        Dispose();
    }

    public void Dispose()
    {
        if (_pipe.IsClosed) return;
        _events.Forget(_pipe);
        _pipe.Dispose();
    }

    private unsafe (int Count, int Error) Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            var count = (int)Posix.Write(_pipe, start, bytes.Length);
            return (count, Marshal.GetLastPInvokeError());
        }
    }
}
