using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Weir.Agent.Logs;

/// <summary>
/// Segments of a few MiB, each a file <c>spool-&lt;position of its first byte&gt;</c>, so that what was sent gives its
/// room back while the step goes on. Nothing is made before the first byte. What the system has taken over survives the
/// agent's death; the machine's own death ends the step as well, so nothing is flushed.
/// </summary>
internal sealed class DiskJournal : SpoolJournal
{
    private const string Prefix = "spool-";
    private readonly string _folder;
    private readonly int _segmentBytes;
    private readonly Action? _beforeFirst;
    private readonly List<Segment> _segments = [];
    private long _start;
    private long _end;

    /// <param name="folder">Where the segments are, or will be.</param>
    /// <param name="segmentBytes">A longer segment is followed by another.</param>
    /// <param name="beforeFirst">Called before a segment is made where there is none; makes the folder.</param>
    public DiskJournal(string folder, int segmentBytes = 8 << 20, Action? beforeFirst = null)
    {
        _folder = folder;
        _beforeFirst = beforeFirst;
        _segmentBytes = segmentBytes;
        if (!Directory.Exists(folder)) return;
        var found = Directory.EnumerateFiles(folder, Prefix + "*")
            .Select(path =>
                (Path: path, First: long.Parse(Path.GetFileName(path)[Prefix.Length..], CultureInfo.InvariantCulture)))
            .OrderBy(file => file.First);
        foreach (var (path, first) in found)
        {
            var segment = new Segment(path, first, File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite));
            if (_segments.Count == 0) _start = first;
            _segments.Add(segment);
            _end = first + RandomAccess.GetLength(segment.Handle);
        }
    }

    public override long Start => _start;

    public override long End => _end;

    public override void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        if (_segments.Count == 0 || _end - _segments[^1].First >= _segmentBytes) Open();
        RandomAccess.Write(_segments[^1].Handle, bytes, _end - _segments[^1].First);
        _end += bytes.Length;
    }

    public override int Read(long position, Span<byte> buffer)
    {
        var total = 0;
        while (total < buffer.Length && position < _end)
        {
            var segment = _segments.FindLast(candidate => candidate.First <= position)!;
            var read = RandomAccess.Read(segment.Handle, buffer[total..], position - segment.First);
            if (read == 0) break;
            total += read;
            position += read;
        }

        return total;
    }

    public override void Release(long position)
    {
        _start = position;
        while (_segments.Count > 1 && _segments[1].First <= position) Drop();
        if (_segments.Count == 1 && position == _end && _end - _segments[0].First >= _segmentBytes) Drop();
    }

    public override void Clear()
    {
        while (_segments.Count > 0) Drop();
        (_start, _end) = (0, 0);
    }

    /// <summary>To be called once nobody reads any more; the files stay.</summary>
    public void Close() => _segments.ForEach(segment => segment.Handle.Dispose());

    private void Open()
    {
        if (_segments.Count == 0) _beforeFirst?.Invoke();
        var path = Path.Combine(_folder, Prefix + _end.ToString(CultureInfo.InvariantCulture));
        var handle = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        // Steps of other slots may pass through this folder; what a step prints is no business of theirs.
        File.SetUnixFileMode(handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _segments.Add(new Segment(path, _end, handle));
    }

    private void Drop()
    {
        _segments[0].Handle.Dispose();
        File.Delete(_segments[0].Path);
        _segments.RemoveAt(0);
    }

    private sealed record Segment(string Path, long First, SafeFileHandle Handle);
}
