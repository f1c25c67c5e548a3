using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.Runtimes;

namespace Weir.Runtimes.Steps;

/// <summary>
/// Both streams of a step as one sequence of chunks. The gate shell writes the same mark into both streams before a
/// command; a stream that has come to it is not read further until the other has come to it too (or has ended), and
/// then the marker is given out: so every byte before it was written before the command began, and no byte behind it
/// was. Bytes of the two streams between two markers have no order among each other. The last command ends with the
/// step.
/// </summary>
internal sealed class StepOutput : IDisposable
{
    private const int ManyBytes = 1 << 16;
    private readonly EventThread _events;
    private readonly AsyncSignal _signal = new();
    private readonly StepStream[] _streams;
    private readonly SafeFileHandle[] _writers;
    private readonly Queue<CommandMarker> _markers = new();
    private int _next;
    private int _bytesSinceWait;
    private int _begun = -1;
    private volatile int _exitCode = -1;
    private volatile bool _abandoned;
    private volatile bool _closed;

    public StepOutput(
        EventThread events, MarkerFormat format, IStepPipe stdout, IStepPipe stderr, params SafeFileHandle[] writers)
    {
        _events = events;
        _streams = [new(LogStream.Stdout, stdout, format), new(LogStream.Stderr, stderr, format)];
        _writers = writers;
        foreach (var stream in _streams) events.Watch(stream.Pipe.Handle, _signal.Set);
    }

    /// <summary>Where the step writes, when it does not open its streams itself: stdout and stderr.</summary>
    public IReadOnlyList<SafeFileHandle> Writers => _writers;

    /// <summary>The step's main process has ended; from now on the streams end when nobody else holds them.</summary>
    public void Exit(int exitCode)
    {
        _exitCode = exitCode;
        CloseWriters();
        _signal.Set();
    }

    /// <summary>All of the step is gone: what the pipes hold now is the rest.</summary>
    public void Abandon()
    {
        _abandoned = true;
        _signal.Set();
    }

    /// <summary>True when no process holds the streams for writing.</summary>
    public bool IsLetGo()
    {
        var (stdout, stderr) = Poll(asked: 0, milliseconds: 0);
        return (stdout & stderr & Posix.PollHangUp) != 0;
    }

    public async ValueTask<OutputChunk?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (!_closed)
            {
                if (TryRead(out var chunk)) return chunk;
                if (_streams.All(stream => stream.Ended)) return null;
                if (WaitBriefly()) continue;
                foreach (var stream in _streams)
                {
                    if (!stream.Ended && stream.AtMark is null) _events.Arm(stream.Pipe.Handle, EventThread.Readable);
                }

                await _signal.WaitAsync(cancellationToken);
            }
        }
        catch (Exception exception) when (_closed && exception is IOException or ObjectDisposedException)
        {
            return null;
        }

        return null;
    }

    public void CloseWriters()
    {
        foreach (var writer in _writers) writer.Dispose();
    }

    public void Dispose()
    {
        _closed = true;
        CloseWriters();
        foreach (var stream in _streams)
        {
            _events.Forget(stream.Pipe.Handle);
            stream.Dispose();
        }

        _signal.Set();
    }

    private bool TryRead([NotNullWhen(true)] out OutputChunk? chunk)
    {
        chunk = null;
        if (_abandoned) Array.ForEach(_streams, stream => stream.IsAbandoned = true);
        do
        {
            if (_markers.TryDequeue(out var marker))
            {
                chunk = new OutputChunk { Marker = marker };
                return true;
            }

            for (var turn = 0; turn < _streams.Length; turn++)
            {
                var stream = _streams[_next++ % _streams.Length];
                if (stream.Take() is not { IsEmpty: false } bytes) continue;
                _bytesSinceWait += bytes.Length;
                chunk = new OutputChunk(stream.Name, bytes);
                return true;
            }
        }
        while (PassMark());

        return false;
    }

    // A step that pours out its log has more in a moment: waiting for it here spares two changes of threads each time.
    private bool WaitBriefly()
    {
        if (_bytesSinceWait < ManyBytes) return false;
        _bytesSinceWait = 0;
        var (stdout, stderr) = Poll(Posix.PollReadable, milliseconds: 1);
        return (stdout | stderr) != 0;
    }

    private unsafe (int Stdout, int Stderr) Poll(short asked, int milliseconds)
    {
        var entries = stackalloc PollEntry[2];
        for (var i = 0; i < _streams.Length; i++)
        {
            var isAsked = asked == 0 || (!_streams[i].Ended && _streams[i].AtMark is null);
            entries[i].File = isAsked ? (int)_streams[i].Pipe.Handle.DangerousGetHandle() : -1;
            entries[i].Asked = asked;
        }

        _ = Posix.Poll(entries, 2, milliseconds);
        return (entries[0].Answered, entries[1].Answered);
    }

    // False when there is no marker to give out now.
    private bool PassMark()
    {
        if (_streams.All(stream => stream.Ended))
        {
            if (_begun < 0 || _exitCode < 0) return false;
            _markers.Enqueue(new CommandMarker(_begun, _exitCode));
            _begun = -1;
            return true;
        }

        if (!_streams.All(stream => stream.AtMark is not null || stream.Ended)) return false;
        var mark = _streams.Select(stream => stream.AtMark).OfType<Mark>().MinBy(found => found.Index);
        foreach (var stream in _streams)
        {
            if (stream.AtMark?.Index == mark.Index) stream.Pass();
        }

        if (mark.Index <= _begun) return true;
        if (_begun >= 0) _markers.Enqueue(new CommandMarker(_begun, mark.Status));
        _begun = mark.Index;
        _markers.Enqueue(new CommandMarker(_begun, null));
        return true;
    }
}
