using System.Runtime.CompilerServices;
using System.Text;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.Storage;

namespace Weir.Controller.Features.Results;

/// <summary>An attempt's log by command: lines of both streams in the order in which they came.</summary>
internal sealed class CommandLogs
{
    private const int PageSize = 4_096;
    private const int LongestLine = 64 * 1024;
    private readonly ILogStore _store;
    private readonly LogKey _key;
    private readonly ILookup<int, LogIndexEntry> _entries;

    private CommandLogs(ILogStore store, LogKey key, IEnumerable<LogIndexEntry> entries) =>
        (_store, _key, _entries) = (store, key, entries.ToLookup(entry => entry.Command));

    public static async Task<CommandLogs> LoadAsync(ILogStore store, LogKey key, CancellationToken cancellationToken)
    {
        var entries = new List<LogIndexEntry>();
        while (await store.ReadIndexAsync(key, entries.Count, PageSize, cancellationToken) is { Count: > 0 } page)
            entries.AddRange(page);
        return new CommandLogs(store, key, entries);
    }

    /// <summary>Whole lines with their line feed; one that is longer than 64 KiB comes in parts.</summary>
    public async IAsyncEnumerable<(LogStream Stream, string Text)> LinesAsync(
        int command, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var open = new Dictionary<LogStream, OpenLine>();
        foreach (var entry in _entries[command])
        {
            if (!open.TryGetValue(entry.Stream, out var line)) open[entry.Stream] = line = new OpenLine();
            await foreach (var text in ReadAsync(entry, line, cancellationToken)) yield return (entry.Stream, text);
        }

        foreach (var (stream, line) in open)
        {
            if (line.End() is { Length: > 0 } rest) yield return (stream, rest);
        }
    }

    private async IAsyncEnumerable<string> ReadAsync(
        LogIndexEntry entry, OpenLine line, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[Math.Min(entry.Length, LongestLine)];
        for (var at = 0; at < entry.Length;)
        {
            var room = buffer.AsMemory(0, Math.Min(buffer.Length, entry.Length - at));
            var read = await _store.ReadAsync(_key, entry.Stream, entry.Offset + at, room, cancellationToken);
            if (read == 0) yield break;
            at += read;
            line.Add(room.Span[..read]);
            while (line.Next() is { } text) yield return text;
        }
    }

    /// <summary>What has come of a stream and is not given out; a character may be cut by a frame.</summary>
    private sealed class OpenLine
    {
        private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
        private string _text = "";
        private int _at;

        public void Add(ReadOnlySpan<byte> bytes)
        {
            var characters = new char[_decoder.GetCharCount(bytes, flush: false)];
            var length = _decoder.GetChars(bytes, characters, flush: false);
            (_text, _at) = (string.Concat(_text.AsSpan(_at), characters.AsSpan(0, length)), 0);
        }

        public string? Next()
        {
            var rest = _text.AsSpan(_at);
            var length = rest.IndexOf('\n') + 1;
            if (length == 0 && rest.Length < LongestLine) return null;
            if (length == 0) length = rest.Length;
            _at += length;
            return rest[..length].ToString();
        }

        public string End() => _text[_at..];
    }
}
