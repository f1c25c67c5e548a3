using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.Runtimes.Steps;

/// <summary>Where a stream of a step comes out.</summary>
internal interface IStepPipe : IDisposable
{
    /// <summary>What to wait at for more.</summary>
    SafeFileHandle Handle { get; }

    /// <summary>So many bytes; 0 at the end; −1 when there are none for now.</summary>
    int Read(Span<byte> buffer);
}

/// <summary>A pipe that holds what was not read yet and nothing else.</summary>
internal sealed class StepPipe : IStepPipe
{
    // Four times the usual: larger ones no longer stay in the processor's cache and are slower.
    private const int PipeBytes = 1 << 18;

    public StepPipe(string path)
    {
        Handle = Posix.Open(path, Posix.ReadOnly | Posix.NonBlocking);
        // Refused beyond the system's limit per user; a smaller pipe is only slower.
        _ = Posix.Control(Handle, Posix.SetPipeSize, PipeBytes);
    }

    public SafeFileHandle Handle { get; }

    public unsafe int Read(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            var count = (int)Posix.Read(Handle, start, buffer.Length);
            return count >= 0 ? count : Marshal.GetLastPInvokeError() == Posix.TryAgain ? -1 : 0;
        }
    }

    public void Dispose() => Handle.Dispose();
}

/// <summary>
/// A pipe whose bytes are moved into a file as they are read. The kernel moves them: killed at any instant, this
/// process leaves each byte either in the pipe or in the file. Whoever takes the step up reads the file again, then the
/// pipe.
/// </summary>
internal sealed class KeptPipe : IStepPipe
{
    private const int PipeBytes = 1 << 20;
    private readonly SafeFileHandle _file;
    private long _kept;
    private long _read;

    /// <param name="path">The pipe.</param>
    /// <param name="file">The file, which may hold what was moved before.</param>
    public KeptPipe(string path, string file)
    {
        // Held for writing as well, it does not end when the step's processes have not come yet.
        Handle = Posix.Open(path, Posix.ReadWrite | Posix.NonBlocking);
        _ = Posix.Control(Handle, Posix.SetPipeSize, PipeBytes);
        _file = File.OpenHandle(file, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        _kept = RandomAccess.GetLength(_file);
    }

    public SafeFileHandle Handle { get; }

    public int Read(Span<byte> buffer)
    {
        if (_read == _kept)
        {
            var moved = Posix.Move(Handle, _file, _kept, PipeBytes);
            if (moved <= 0) return moved;
            _kept += moved;
        }

        var count = RandomAccess.Read(_file, buffer[..(int)Math.Min(buffer.Length, _kept - _read)], _read);
        _read += count;
        return count;
    }

    public void Dispose()
    {
        Handle.Dispose();
        _file.Dispose();
    }
}
