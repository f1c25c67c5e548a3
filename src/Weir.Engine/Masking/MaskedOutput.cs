using Weir.Contracts.AgentProtocol;

namespace Weir.Engine.Masking;

/// <summary>Takes bytes of a stream that can go out, with the command that wrote them.</summary>
public delegate void PieceSink(LogStream stream, int command, ReadOnlySpan<byte> bytes);

/// <summary>
/// One stream of an attempt on its way through the masks: what is held back still belongs to its own command when it
/// goes out, also when another has begun since. Not thread-safe.
/// </summary>
/// <param name="start">Offset of the first byte that will come in.</param>
public sealed class MaskedOutput(LogStream stream, long start)
{
    private readonly MaskStream _mask = new();
    private readonly Queue<(long From, int Command)> _commands = new();
    private int _command = -1;

    /// <summary>Offset of the next byte that comes in.</summary>
    public long End { get; private set; } = start;

    /// <summary>Offset of the next byte that goes out.</summary>
    public long Through => End - _mask.Held;

    public void Take(MaskSet masks, int command, ReadOnlySpan<byte> bytes, PieceSink sink)
    {
        var from = Through;
        _commands.Enqueue((End, command));
        End += bytes.Length;
        Give(_mask.Next(masks, bytes), from, sink);
    }

    /// <summary>Nothing follows: the rest goes out.</summary>
    public void Finish(MaskSet masks, PieceSink sink)
    {
        var from = Through;
        Give(_mask.End(masks), from, sink);
    }

    private void Give(ReadOnlySpan<byte> bytes, long from, PieceSink sink)
    {
        while (!bytes.IsEmpty)
        {
            while (_commands.TryPeek(out var next) && next.From <= from) _command = _commands.Dequeue().Command;
            var until = _commands.TryPeek(out var later) ? later.From - from : bytes.Length;
            var part = bytes[..(int)Math.Min(until, bytes.Length)];
            sink(stream, _command, part);
            bytes = bytes[part.Length..];
            from += part.Length;
        }
    }
}
