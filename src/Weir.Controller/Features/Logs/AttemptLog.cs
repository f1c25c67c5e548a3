using System.Text;
using System.Text.Unicode;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Runs;
using Weir.Engine.Storage;

namespace Weir.Controller.Features.Logs;

/// <summary>
/// Reads one attempt's log in one view from an offset on. In the view of both streams an offset counts the bytes of
/// both in their order of arrival; the index only grows, so that an offset always means the same place.
/// </summary>
internal sealed class AttemptLog(ILogStore logs, LogKey key, LogView view)
{
    private const int LargestChunk = 64 * 1024;
    private const int IndexPage = 512;
    private readonly Queue<LogIndexEntry> _ahead = new();
    private int _indexRead;
    private int _into;

    /// <summary>The offset of the next byte to be read.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes of both streams that were seen, whatever the view: what to wait for more than.</summary>
    public LogLengths Seen { get; private set; }

    /// <summary>
    /// Goes to an offset; a negative one counts from the present end, and one beyond the end goes to the end.
    /// </summary>
    public async Task SeekAsync(long offset, CancellationToken cancellationToken)
    {
        if (offset < 0) offset = Math.Max(0, await LengthAsync(cancellationToken) + offset);
        while (Position < offset && await PeekAsync(cancellationToken) is { } entry)
        {
            Advance(entry, (int)Math.Min(entry.Length - _into, offset - Position));
        }
    }

    /// <summary>The next bytes, at most <paramref name="limit"/>; null at the present end.</summary>
    public async Task<LogChunk?> NextAsync(int limit, CancellationToken cancellationToken)
    {
        if (await PeekAsync(cancellationToken) is not { } entry) return null;
        var buffer = new byte[Math.Min(Math.Min(entry.Length - _into, limit), LargestChunk)];
        var from = entry.Offset + _into;
        var read = await logs.ReadAsync(key, entry.Stream, from, buffer, cancellationToken);
        if (read == 0) return null;
        Advance(entry, read);
        var bytes = read == buffer.Length ? buffer : buffer[..read];
        var text = Utf8.IsValid(bytes);
        return new LogChunk(key.Attempt, entry.Stream, from, entry.Command)
        {
            Time = entry.Time,
            Text = text ? Encoding.UTF8.GetString(bytes) : null,
            Base64 = text ? null : bytes,
        };
    }

    private async Task<long> LengthAsync(CancellationToken cancellationToken)
    {
        var lengths = await logs.GetLengthsAsync(key, cancellationToken);
        return view switch
        {
            LogView.Stdout => lengths.Stdout,
            LogView.Stderr => lengths.Stderr,
            _ => lengths.Stdout + lengths.Stderr,
        };
    }

    private async ValueTask<LogIndexEntry?> PeekAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            while (_ahead.TryPeek(out var entry))
            {
                if (IsInView(entry.Stream)) return entry;
                _ahead.Dequeue();
            }

            var page = await logs.ReadIndexAsync(key, _indexRead, IndexPage, cancellationToken);
            if (page.Count == 0) return null;
            _indexRead += page.Count;
            foreach (var entry in page)
            {
                _ahead.Enqueue(entry);
                Count(entry);
            }
        }
    }

    private void Count(LogIndexEntry entry) => Seen = entry.Stream == LogStream.Stdout
        ? Seen with { Stdout = Math.Max(Seen.Stdout, entry.Offset + entry.Length) }
        : Seen with { Stderr = Math.Max(Seen.Stderr, entry.Offset + entry.Length) };

    private bool IsInView(LogStream stream) =>
        view == LogView.Both || view == LogView.Stdout == (stream == LogStream.Stdout);

    private void Advance(LogIndexEntry entry, int bytes)
    {
        Position += bytes;
        _into += bytes;
        if (_into < entry.Length) return;
        _ahead.Dequeue();
        _into = 0;
    }
}
