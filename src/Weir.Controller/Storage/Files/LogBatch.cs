using Weir.Contracts.AgentProtocol;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Files;

/// <summary>How far a log goes: its bytes and the records of its index.</summary>
internal readonly record struct Extent(LogLengths Lengths, int Entries);

/// <summary>
/// The new parts of some pieces, gathered so that each file is written once. Holds the callers' bytes, no copies.
/// </summary>
internal sealed class LogBatch(LogLengths start, DateTimeOffset now)
{
    private readonly List<ReadOnlyMemory<byte>> _stdout = [];
    private readonly List<ReadOnlyMemory<byte>> _stderr = [];
    private readonly List<LogPiece> _fresh = [];

    public LogLengths Lengths { get; private set; } = start;

    public int Entries => _fresh.Count;

    public bool IsEmpty => _fresh.Count == 0;

    /// <summary>Of what is new, as it stands in the log.</summary>
    public IReadOnlyList<LogPiece> Fresh => _fresh;

    public static List<LogIndexEntry> EntriesOf(IReadOnlyList<LogPiece> pieces, DateTimeOffset now) =>
    [
        .. pieces.Select(piece =>
            new LogIndexEntry(now, piece.Stream, piece.Offset, piece.Bytes.Length, piece.Command)),
    ];

    /// <summary>Passes over what is there already; refuses what lies beyond the end.</summary>
    public void Add(LogPiece piece)
    {
        var length = piece.Stream == LogStream.Stdout ? Lengths.Stdout : Lengths.Stderr;
        if (piece.Offset < 0 || piece.Offset > length) return;
        var fresh = piece.Bytes[(int)Math.Min(length - piece.Offset, piece.Bytes.Length)..];
        if (fresh.IsEmpty) return;
        _fresh.Add(piece with { Offset = length, Bytes = fresh });
        (piece.Stream == LogStream.Stdout ? _stdout : _stderr).Add(fresh);
        Lengths = piece.Stream == LogStream.Stdout
            ? Lengths with { Stdout = length + fresh.Length }
            : Lengths with { Stderr = length + fresh.Length };
    }

    /// <summary>Bytes first: an index never speaks of bytes that were not written.</summary>
    public void WriteTo(AttemptFiles files, Extent end)
    {
        if (_stdout.Count > 0) RandomAccess.Write(files.Stdout, _stdout, end.Lengths.Stdout);
        if (_stderr.Count > 0) RandomAccess.Write(files.Stderr, _stderr, end.Lengths.Stderr);
        LogIndexFile.Append(files.Index, end.Entries, EntriesOf(_fresh, now));
    }
}
