using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Files;

/// <summary>
/// One entry of the logs' journal: an append, or, with step and pieces empty, the deletion of a run. Little-endian:
/// length of the rest (4), CRC-32C of the rest (4); namespace, run and step, each with its length (2); attempt (4);
/// entries in the index before (4); time in ms (8); the pieces as <see cref="LogFrames"/>.
/// </summary>
internal sealed record JournalRecord(LogKey Key, int Entries, DateTimeOffset Time, IReadOnlyList<LogPiece> Pieces)
{
    private const int HeaderBytes = 8;

    public bool IsDeletion => Key.Step.Length == 0;

    public static JournalRecord DeletionOf(string @namespace, string run) =>
        new(new LogKey(@namespace, run, "", 0), 0, DateTimeOffset.UnixEpoch, []);

    public byte[] Write()
    {
        var names = new[] { Key.Namespace, Key.Run, Key.Step }.Select(Encoding.UTF8.GetBytes).ToArray();
        var bytes = new byte[HeaderBytes + names.Sum(name => 2 + name.Length) + 16 + LogFrames.LengthOf(Pieces)];
        var rest = bytes.AsSpan(HeaderBytes);
        foreach (var name in names)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(rest, (ushort)name.Length);
            name.CopyTo(rest[2..]);
            rest = rest[(2 + name.Length)..];
        }

        BinaryPrimitives.WriteInt32LittleEndian(rest, Key.Attempt);
        BinaryPrimitives.WriteInt32LittleEndian(rest[4..], Entries);
        BinaryPrimitives.WriteInt64LittleEndian(rest[8..], Time.ToUnixTimeMilliseconds());
        LogFrames.Write(Pieces, rest[16..]);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length - HeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), Checksum(bytes.AsSpan(HeaderBytes)));
        return bytes;
    }

    /// <summary>
    /// The record at the beginning and its length; null when there is none that is whole: a journal ends there.
    /// </summary>
    public static (JournalRecord Record, int Length)? Read(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < HeaderBytes) return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.Span);
        if (length <= 0 || length > bytes.Length - HeaderBytes) return null;
        var rest = bytes.Slice(HeaderBytes, length);
        if (Checksum(rest.Span) != BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[4..])) return null;
        var names = new string[3];
        for (var i = 0; i < names.Length; i++)
        {
            var name = BinaryPrimitives.ReadUInt16LittleEndian(rest.Span);
            names[i] = Encoding.UTF8.GetString(rest.Span.Slice(2, name));
            rest = rest[(2 + name)..];
        }

        var key = new LogKey(names[0], names[1], names[2], BinaryPrimitives.ReadInt32LittleEndian(rest.Span));
        var entries = BinaryPrimitives.ReadInt32LittleEndian(rest.Span[4..]);
        var time = DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(rest.Span[8..]));
        return LogFrames.TryParse(rest[16..], out var pieces, out _)
            ? (new JournalRecord(key, entries, time, pieces), HeaderBytes + length)
            : null;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var checksum = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            checksum = BitOperations.Crc32C(checksum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var one in bytes) checksum = BitOperations.Crc32C(checksum, one);
        return checksum;
    }
}
