using System.Buffers.Binary;

namespace Weir.Contracts.AgentProtocol;

/// <summary>
/// Pieces of log as bytes on the wire, one frame after the other, little-endian: stream (1 byte), command (int32),
/// offset (int64), length (int32), then the bytes.
/// </summary>
public static class LogFrames
{
    /// <summary>Longest body of one append, headers included.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>Bytes before each piece.</summary>
    public const int HeaderBytes = 17;

    /// <summary>Bytes that <see cref="Write(IReadOnlyList{LogPiece}, Span{byte})"/> needs.</summary>
    public static int LengthOf(IReadOnlyList<LogPiece> pieces) =>
        pieces.Sum(piece => HeaderBytes + piece.Bytes.Length);

    public static byte[] Write(IReadOnlyList<LogPiece> pieces)
    {
        var frames = new byte[LengthOf(pieces)];
        Write(pieces, frames);
        return frames;
    }

    public static void Write(IReadOnlyList<LogPiece> pieces, Span<byte> frames)
    {
        var rest = frames;
        foreach (var piece in pieces)
        {
            WriteHeader(rest, piece.Stream, piece.Command, piece.Offset, piece.Bytes.Length);
            piece.Bytes.Span.CopyTo(rest[HeaderBytes..]);
            rest = rest[(HeaderBytes + piece.Bytes.Length)..];
        }
    }

    public static void WriteHeader(Span<byte> frame, LogStream stream, int command, long offset, int length)
    {
        frame[0] = (byte)stream;
        BinaryPrimitives.WriteInt32LittleEndian(frame[1..], command);
        BinaryPrimitives.WriteInt64LittleEndian(frame[5..], offset);
        BinaryPrimitives.WriteInt32LittleEndian(frame[13..], length);
    }

    /// <summary>
    /// The pieces share the memory of <paramref name="frames"/>. Otherwise says what is wrong and where.
    /// </summary>
    public static bool TryParse(ReadOnlyMemory<byte> frames, out IReadOnlyList<LogPiece> pieces, out string? problem)
    {
        var found = new List<LogPiece>();
        pieces = found;
        problem = frames.Length > MaxBytes ? $"{frames.Length} bytes of frames; at most {MaxBytes} are taken" : null;
        for (var at = 0; at < frames.Length && problem is null;)
        {
            problem = ParseOne(frames[at..], out var piece);
            if (problem is not null) problem = $"frame at byte {at}: {problem}";
            else found.Add(piece!);
            at += HeaderBytes + (piece?.Bytes.Length ?? 0);
        }

        if (problem is not null) pieces = [];
        return problem is null;
    }

    /// <summary>The first frame, for reading on; false when it is not (wholly) there.</summary>
    public static bool TryReadFirst(ReadOnlyMemory<byte> frames, out LogPiece? piece) =>
        ParseOne(frames, out piece) is null;

    private static string? ParseOne(ReadOnlyMemory<byte> frames, out LogPiece? piece)
    {
        piece = null;
        if (frames.Length < HeaderBytes) return "its header is cut off";
        var header = frames.Span;
        var stream = (LogStream)header[0];
        var command = BinaryPrimitives.ReadInt32LittleEndian(header[1..]);
        var offset = BinaryPrimitives.ReadInt64LittleEndian(header[5..]);
        var length = BinaryPrimitives.ReadInt32LittleEndian(header[13..]);
        if (stream is not (LogStream.Stdout or LogStream.Stderr)) return $"there is no stream {header[0]}";
        if (command < -1) return $"there is no command {command}";
        if (offset < 0 || offset > long.MaxValue - MaxBytes) return $"offset {offset} is out of range";
        if (length <= 0 || length > frames.Length - HeaderBytes) return $"a length of {length} does not fit";
        piece = new LogPiece(stream, offset, command, frames.Slice(HeaderBytes, length));
        return null;
    }
}
