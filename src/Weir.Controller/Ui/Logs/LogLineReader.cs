using System.Buffers;
using System.Text;
using Weir.Contracts.Runs;
using Weir.Controller.Features.Logs;
using Weir.Engine.Storage;

namespace Weir.Controller.Ui.Logs;

/// <summary>
/// Reads an attempt's log as lines, forwards from an offset or the part just before one. A log of any size costs what
/// is shown of it. Where another stream or command comes in between, the line is broken there, as a terminal shows it.
/// </summary>
internal sealed class LogLineReader(ILogStore logs, LogKey key)
{
    public const int PartBytes = 128 * 1024;
    private const int LongestLine = 16 * 1024;
    private readonly List<LogLine> _lines = [];
    private readonly ArrayBufferWriter<byte> _line = new();
    private LogChunk? _of;
    private long _start;

    /// <param name="over">The log will not grow: an unfinished last line is one.</param>
    public async Task<LogLines> ForwardAsync(long from, bool over, CancellationToken cancellationToken)
    {
        var log = await OpenAsync(from, cancellationToken);
        var first = log.Position;
        var atEnd = await ReadAsync(log, first + PartBytes, cancellationToken);
        if ((atEnd && over) || _lines.Count == 0 && _line.WrittenCount >= LongestLine) Break();
        return new LogLines(first, _line.WrittenCount > 0 ? _start : log.Position, atEnd, _lines);
    }

    /// <summary>The lines that end at an offset; null = at the present end.</summary>
    public async Task<LogLines> BackwardAsync(long? before, bool over, CancellationToken cancellationToken)
    {
        var end = before ?? await LengthAsync(cancellationToken);
        var log = await OpenAsync(Math.Max(0, end - PartBytes), cancellationToken);
        var first = log.Position;
        await ReadAsync(log, end, cancellationToken);
        var unfinished = _line.WrittenCount > 0 && before is null && !over;
        if (!unfinished) Break();
        // the first line began before this part, unless the log begins here
        var whole = first == 0 || _lines.Count < 2 ? _lines : _lines[1..];
        var from = whole.Count > 0 ? whole[0].Offset : first;
        return new LogLines(from, unfinished ? _start : end, before is null, whole);
    }

    private async Task<AttemptLog> OpenAsync(long offset, CancellationToken cancellationToken)
    {
        var log = new AttemptLog(logs, key, LogView.Both);
        await log.SeekAsync(offset, cancellationToken);
        return log;
    }

    private async Task<long> LengthAsync(CancellationToken cancellationToken)
    {
        var lengths = await logs.GetLengthsAsync(key, cancellationToken);
        return lengths.Stdout + lengths.Stderr;
    }

    /// <summary>True when the log ended before the place that was asked for.</summary>
    private async Task<bool> ReadAsync(AttemptLog log, long to, CancellationToken cancellationToken)
    {
        while (log.Position < to)
        {
            var at = log.Position;
            if (await log.NextAsync((int)Math.Min(to - at, PartBytes), cancellationToken) is not { } chunk) return true;
            Add(chunk, at);
        }

        return false;
    }

    private void Add(LogChunk chunk, long at)
    {
        if (_of is not null && (_of.Stream != chunk.Stream || _of.Command != chunk.Command)) Break();
        for (var rest = chunk.Bytes.Span; rest.Length > 0;)
        {
            if (_line.WrittenCount == 0) (_start, _of) = (at, chunk);
            var end = rest.IndexOf((byte)'\n');
            var part = rest[..Math.Min(end < 0 ? rest.Length : end + 1, LongestLine - _line.WrittenCount)];
            _line.Write(part);
            rest = rest[part.Length..];
            at += part.Length;
            if (part[^1] == '\n' || _line.WrittenCount == LongestLine) Break();
        }
    }

    private void Break()
    {
        if (_line.WrittenCount == 0) return;
        var text = Encoding.UTF8.GetString(_line.WrittenSpan).TrimEnd('\n', '\r');
        // a terminal shows what was written after the last carriage return only
        text = text[(text.LastIndexOf('\r') + 1)..];
        _lines.Add(new LogLine(_start, _of!.Command, _of.Stream, _of.Time, text));
        _line.ResetWrittenCount();
    }
}
