using Weir.Contracts.AgentProtocol;
using Weir.Engine.Masking;
using Weir.Engine.Storage;

namespace Weir.Engine.Scheduling;

/// <summary>
/// An attempt's log on its way in, masked once more: the agent did, but a secret of its own in clear must not get past
/// the controller either. What a secret may still go on in is not stored; the agent is told so by the offset that is
/// durable. Not thread-safe.
/// </summary>
internal sealed class MaskedLog(LogLengths stored)
{
    private readonly MaskedOutput _stdout = new(LogStream.Stdout, stored.Stdout);
    private readonly MaskedOutput _stderr = new(LogStream.Stderr, stored.Stderr);

    /// <summary>What the store holds once it has taken all that went out.</summary>
    public LogLengths Through => new(_stdout.Through, _stderr.Through);

    /// <param name="isLast">The streams end with these pieces: nothing is held back.</param>
    public IReadOnlyList<LogPiece> Take(MaskSet masks, IReadOnlyList<LogPiece> pieces, bool isLast)
    {
        var taken = new List<LogPiece>(pieces.Count);
        var ends = new Dictionary<LogStream, long>
        {
            [LogStream.Stdout] = _stdout.Through, [LogStream.Stderr] = _stderr.Through,
        };
        void Give(LogStream stream, int command, ReadOnlySpan<byte> bytes)
        {
            taken.Add(new LogPiece(stream, ends[stream], command, bytes.ToArray()));
            ends[stream] += bytes.Length;
        }

        foreach (var piece in pieces)
        {
            var output = piece.Stream == LogStream.Stdout ? _stdout : _stderr;
            var known = output.End - piece.Offset;
            // what came before is passed over, and what lies beyond a gap is not taken
            if (known < 0 || known >= piece.Bytes.Length) continue;
            output.Take(masks, piece.Command, piece.Bytes.Span[(int)known..], Give);
        }

        if (!isLast) return taken;
        _stdout.Finish(masks, Give);
        _stderr.Finish(masks, Give);
        return taken;
    }
}
