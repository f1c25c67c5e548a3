using Weir.Contracts.AgentProtocol;

namespace Weir.Agent.Logs;

/// <summary>
/// The output of one attempt on its way to the controller, as <see cref="LogFrames"/> in the order of arrival. The
/// first 64 KiB stay in memory until <see cref="Spill"/>, so that a short step costs no file; from then on every byte
/// is in the journal before it is sent, and is kept until the controller has it on its disk. One writer and one reader
/// at a time.
/// </summary>
public sealed class LogSpool(SpoolJournal journal)
{
    /// <summary>Most that is kept in memory, and most that travels with the finish.</summary>
    public const int HeadBytes = 64 * 1024;

    private const int LongestPiece = 64 * 1024;
    private readonly Lock _lock = new();
    private readonly List<LogPiece> _head = [];
    private readonly List<(LogStream Stream, long Through, long End)> _read = [];
    private byte[]? _frame;
    private long _next;
    private bool _headIsRead;
    private long _stdoutThrough;
    private long _stderrThrough;
    private int _headBytes;
    private bool _spilled = journal.End > 0;
    private bool _refused;

    /// <summary>Bytes of each stream that came from the step, sent or not.</summary>
    public long Stdout { get; private set; }

    public long Stderr { get; private set; }

    /// <summary>Bytes not yet known to be at the controller, frames' headers included.</summary>
    public long Unsent
    {
        get
        {
            lock (_lock) return _spilled ? journal.End - journal.Start : _headBytes;
        }
    }

    /// <summary>Bytes that no reading has given out yet.</summary>
    public long Unread
    {
        get
        {
            lock (_lock) return _spilled ? journal.End - _next : _headIsRead ? 0 : _headBytes;
        }
    }

    /// <summary>Throws <see cref="IOException"/> when the disk has no room.</summary>
    public void Append(LogStream stream, int command, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(bytes.Length, LongestPiece)];
            lock (_lock) AppendPart(stream, command, part);
            bytes = bytes[part.Length..];
        }
    }

    /// <summary>Moves what is in memory to the journal, where it survives the agent; on an error it stays.</summary>
    public void Spill()
    {
        lock (_lock)
        {
            if (_spilled) return;
            if (_head.Count > 0) journal.Append(LogFrames.Write(_head));
            _spilled = true;
            _head.Clear();
            _headBytes = 0;
            _next = journal.Start;
        }
    }

    /// <summary>
    /// The controller takes no log of this attempt any more: what is unsent and what comes is dropped.
    /// </summary>
    public void Refuse()
    {
        lock (_lock)
        {
            _refused = true;
            _spilled = true;
            _head.Clear();
            _read.Clear();
            journal.Release(journal.End);
            _next = journal.End;
        }
    }

    /// <summary>
    /// The oldest unsent pieces, as many as fit; they share the buffer's memory. The buffer takes at least one piece of
    /// 64 KiB with its header.
    /// </summary>
    public IReadOnlyList<LogPiece> Read(Memory<byte> buffer)
    {
        lock (_lock)
        {
            _read.Clear();
            _next = journal.Start;
            _headIsRead = false;
            return ReadRest(buffer);
        }
    }

    /// <summary>The pieces after those that were read last, in the same way.</summary>
    public IReadOnlyList<LogPiece> ReadOn(Memory<byte> buffer)
    {
        lock (_lock) return ReadRest(buffer);
    }

    /// <summary>What never went to the journal; it must be kept with the outcome.</summary>
    public IReadOnlyList<LogPiece> Head()
    {
        lock (_lock) return [.. _head];
    }

    /// <summary>
    /// The controller has everything before these offsets: gives up what was read of it.
    /// </summary>
    public void Release(long stdoutThrough, long stderrThrough)
    {
        lock (_lock)
        {
            (_stdoutThrough, _stderrThrough) = (stdoutThrough, stderrThrough);
            var sent = _head.TakeWhile(piece => piece.Offset + piece.Bytes.Length <= Through(piece.Stream)).ToList();
            _head.RemoveRange(0, sent.Count);
            _headBytes -= sent.Sum(piece => LogFrames.HeaderBytes + piece.Bytes.Length);
            _headIsRead = false;
            var released = _read.FindIndex(frame => frame.Through > Through(frame.Stream));
            if (released < 0) released = _read.Count;
            if (released == 0) return;
            journal.Release(_read[released - 1].End);
            _read.RemoveRange(0, released);
        }
    }

    /// <summary>Begins again: the output of an adopted step is read again from its beginning.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            journal.Clear();
            _read.Clear();
            _head.Clear();
            _headBytes = 0;
            (Stdout, Stderr, _stdoutThrough, _stderrThrough) = (0, 0, 0, 0);
            (_next, _headIsRead, _spilled) = (0, false, false);
        }
    }

    private long Through(LogStream stream) => stream == LogStream.Stdout ? _stdoutThrough : _stderrThrough;

    private void AppendPart(LogStream stream, int command, ReadOnlySpan<byte> bytes)
    {
        var offset = stream == LogStream.Stdout ? Stdout : Stderr;
        if (!_refused)
        {
            var frame = LogFrames.HeaderBytes + bytes.Length;
            if (!_spilled && _headBytes + frame > HeadBytes) Spill();
            if (_spilled) AppendFrame(stream, command, offset, bytes);
            else Keep(new LogPiece(stream, offset, command, bytes.ToArray()));
        }

        if (stream == LogStream.Stdout) Stdout += bytes.Length;
        else Stderr += bytes.Length;
    }

    private void AppendFrame(LogStream stream, int command, long offset, ReadOnlySpan<byte> bytes)
    {
        _frame ??= new byte[LogFrames.HeaderBytes + LongestPiece];
        LogFrames.WriteHeader(_frame, stream, command, offset, bytes.Length);
        bytes.CopyTo(_frame.AsSpan(LogFrames.HeaderBytes));
        journal.Append(_frame.AsSpan(0, LogFrames.HeaderBytes + bytes.Length));
    }

    private void Keep(LogPiece piece)
    {
        _head.Add(piece);
        _headBytes += LogFrames.HeaderBytes + piece.Bytes.Length;
    }

    private List<LogPiece> ReadRest(Memory<byte> buffer)
    {
        var pieces = new List<LogPiece>();
        foreach (var piece in _spilled ? ReadFrames(buffer) : _headIsRead ? [] : _head)
        {
            var skip = (int)Math.Clamp(Through(piece.Stream) - piece.Offset, 0, piece.Bytes.Length);
            if (skip == piece.Bytes.Length) continue;
            pieces.Add(piece with { Offset = piece.Offset + skip, Bytes = piece.Bytes[skip..] });
        }

        _headIsRead = !_spilled;
        return pieces;
    }

    private List<LogPiece> ReadFrames(Memory<byte> buffer)
    {
        var pieces = new List<LogPiece>();
        var begin = _next;
        var rest = buffer[..journal.Read(begin, buffer.Span)];
        while (LogFrames.TryReadFirst(rest, out var piece))
        {
            var frame = LogFrames.HeaderBytes + piece!.Bytes.Length;
            rest = rest[frame..];
            _next += frame;
            _read.Add((piece.Stream, piece.Offset + piece.Bytes.Length, _next));
            pieces.Add(piece);
        }

        // An earlier life of the agent may have died in the middle of its last frame.
        if (pieces.Count == 0 && begin == journal.Start)
        {
            journal.Release(journal.End);
            _next = journal.End;
        }

        return pieces;
    }
}
