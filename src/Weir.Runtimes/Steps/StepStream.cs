using Weir.Contracts.AgentProtocol;

namespace Weir.Runtimes.Steps;

/// <summary>
/// One stream of a step: reads its pipe without waiting, gives out plain bytes and stops at each mark.
/// </summary>
internal sealed class StepStream(LogStream name, IStepPipe pipe, MarkerFormat format) : IDisposable
{
    private const int FirstBufferBytes = 1 << 12;
    private const int LargestBufferBytes = 1 << 18;
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private bool _endOfPipe;
    private bool _wantsMore = true;

    public LogStream Name => name;

    public IStepPipe Pipe => pipe;

    /// <summary>The mark it stands at; nothing behind it is given out before <see cref="Pass"/>.</summary>
    public Mark? AtMark { get; private set; }

    public bool Ended => _endOfPipe && _start == _end && AtMark is null;

    /// <summary>When set, an empty pipe is the end, although somebody may still hold it.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>
    /// Plain bytes; empty when there are none before the next mark, the end, or until the pipe has more.
    /// </summary>
    public ReadOnlyMemory<byte> Take()
    {
        while (AtMark is null)
        {
            var scan = format.Scan(_buffer.AsSpan(_start, _end - _start), _endOfPipe);
            if (scan.Plain > 0)
            {
                _start += scan.Plain;
                return _buffer.AsMemory(_start - scan.Plain, scan.Plain);
            }

            if (scan.Mark is not null)
            {
                _start += format.Length;
                AtMark = scan.Mark;
            }
            else if (_endOfPipe || !Fill())
            {
                break;
            }
        }

        return default;
    }

    public void Pass() => AtMark = null;

    public void Dispose() => pipe.Dispose();

    // Most steps write little; the buffer grows with what a step writes at once.
    private void MakeRoom()
    {
        var rest = _buffer.AsSpan(_start, _end - _start);
        if (_wantsMore && _buffer.Length < LargestBufferBytes)
        {
            var larger = GC.AllocateUninitializedArray<byte>(Math.Max(FirstBufferBytes, _buffer.Length * 8));
            rest.CopyTo(larger);
            _buffer = larger;
        }
        else
        {
            rest.CopyTo(_buffer);
        }

        (_start, _end) = (0, rest.Length);
    }

    private bool Fill()
    {
        MakeRoom();
        var count = pipe.Read(_buffer.AsSpan(_end));
        if (count > 0) _end += count;
        _wantsMore = _end == _buffer.Length;
        if (count == 0 || (count < 0 && IsAbandoned)) _endOfPipe = true;
        return count > 0 || _endOfPipe;
    }
}
