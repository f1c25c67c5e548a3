using System.Buffers.Binary;
using Weir.Contracts.AgentProtocol;

namespace Weir.Tests.Agent;

public sealed class LogFramesTests
{
    [Fact]
    public void Gives_back_the_pieces_that_were_written()
    {
        LogPiece[] pieces =
        [
            new(LogStream.Stdout, 0, -1, "hello\n"u8.ToArray()),
            new(LogStream.Stderr, 1L << 40, 3, new byte[] { 0, 255 }),
        ];

        Assert.True(LogFrames.TryParse(LogFrames.Write(pieces), out var parsed, out var problem), problem);

        Assert.Equal(pieces.Select(Show), parsed.Select(Show));
    }

    [Fact]
    public void Writes_the_documented_bytes() => Assert.Equal(
        [2, 1, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 65],
        LogFrames.Write([new LogPiece(LogStream.Stderr, 258, 1, "A"u8.ToArray())]));

    [Fact]
    public void Finds_no_pieces_in_no_bytes()
    {
        Assert.True(LogFrames.TryParse(default, out var pieces, out _));
        Assert.Empty(pieces);
    }

    [Fact]
    public void Refuses_frames_that_are_cut_off()
    {
        var frames = LogFrames.Write([new LogPiece(LogStream.Stdout, 0, 0, "abc"u8.ToArray())]);
        for (var length = 1; length < frames.Length; length++)
        {
            Assert.False(LogFrames.TryParse(frames.AsMemory(0, length), out var pieces, out var problem));
            Assert.StartsWith("frame at byte 0:", problem, StringComparison.Ordinal);
            Assert.Empty(pieces);
        }
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(4, 128)]
    [InlineData(12, 128)]
    [InlineData(16, 128)]
    [InlineData(13, 0)]
    [InlineData(13, 4)]
    public void Refuses_a_header_out_of_range(int at, byte value)
    {
        var frames = LogFrames.Write([new LogPiece(LogStream.Stdout, 0, 0, "abc"u8.ToArray())]);
        frames[at] = value;

        Assert.False(LogFrames.TryParse(frames, out _, out _));
    }

    [Fact]
    public void Refuses_an_offset_near_the_end_of_all_numbers()
    {
        var frames = LogFrames.Write([new LogPiece(LogStream.Stdout, 0, 0, "abc"u8.ToArray())]);
        BinaryPrimitives.WriteInt64LittleEndian(frames.AsSpan(5), long.MaxValue);

        Assert.False(LogFrames.TryParse(frames, out _, out _));
    }

    [Fact]
    public void Refuses_more_than_a_mebibyte() =>
        Assert.False(LogFrames.TryParse(
            LogFrames.Write([new LogPiece(LogStream.Stdout, 0, 0, new byte[LogFrames.MaxBytes])]), out _, out _));

    private static string Show(LogPiece piece) =>
        $"{piece.Stream} {piece.Offset} {piece.Command} {Convert.ToHexString(piece.Bytes.Span)}";
}
