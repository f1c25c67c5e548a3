using System.Buffers.Binary;
using System.Numerics;
using Microsoft.Win32.SafeHandles;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Files;

/// <summary>
/// The form of an <c>index</c>: records of 32 bytes, little-endian: time in ms (8), offset (8), length (4), command (4),
/// stream (4), CRC-32C of the 28 bytes before (4). It is filled up to a whole block with zeros, which are no records: most
/// records then change neither the file's length nor its place on the disk, and flushing them costs no write of the journal.
/// </summary>
internal static class LogIndexFile
{
    public const int RecordBytes = 32;
    private const int BlockBytes = 4096;
    private const int ChecksumAt = 28;
    private const int RecordsAtOnce = 2048;

    public static void Append(SafeFileHandle file, int present, IReadOnlyList<LogIndexEntry> entries)
    {
        var start = (long)present * RecordBytes;
        var end = start + ((long)entries.Count * RecordBytes);
        if (end > RandomAccess.GetLength(file)) end = (end + BlockBytes - 1) / BlockBytes * BlockBytes;
        var records = new byte[end - start];
        for (var i = 0; i < entries.Count; i++) Encode(entries[i], records.AsSpan(i * RecordBytes, RecordBytes));
        RandomAccess.Write(file, records, start);
    }

    /// <summary>Ends the file after so many records; what is filled up already is left alone.</summary>
    public static void Truncate(SafeFileHandle file, int records)
    {
        var end = (long)records * RecordBytes;
        var rest = RandomAccess.GetLength(file) - end;
        if (rest <= 0) return;
        Span<byte> beyond = stackalloc byte[BlockBytes];
        var count = rest <= BlockBytes ? ReadFully(file, beyond[..(int)rest], end) : 0;
        if (count < rest || beyond[..count].ContainsAnyExcept((byte)0)) RandomAccess.SetLength(file, end);
    }

    private static void Encode(LogIndexEntry entry, Span<byte> record)
    {
        BinaryPrimitives.WriteInt64LittleEndian(record, entry.Time.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64LittleEndian(record[8..], entry.Offset);
        BinaryPrimitives.WriteInt32LittleEndian(record[16..], entry.Length);
        BinaryPrimitives.WriteInt32LittleEndian(record[20..], entry.Command);
        BinaryPrimitives.WriteInt32LittleEndian(record[24..], (int)entry.Stream);
        BinaryPrimitives.WriteUInt32LittleEndian(record[ChecksumAt..], Checksum(record));
    }

    /// <summary>Records from one number on, as far as they are whole.</summary>
    public static List<LogIndexEntry> Read(SafeFileHandle file, int skip, int limit)
    {
        var entries = new List<LogIndexEntry>();
        var buffer = new byte[Math.Min(limit, RecordsAtOnce) * RecordBytes];
        while (entries.Count < limit)
        {
            var wanted = buffer.AsSpan(0, Math.Min(limit - entries.Count, RecordsAtOnce) * RecordBytes);
            var count = ReadFully(file, wanted, (long)(skip + entries.Count) * RecordBytes) / RecordBytes;
            for (var i = 0; i < count; i++)
            {
                if (Decode(wanted.Slice(i * RecordBytes, RecordBytes)) is not { } entry) return entries;
                entries.Add(entry);
            }

            if (count * RecordBytes < wanted.Length) break;
        }

        return entries;
    }

    private static LogIndexEntry? Decode(ReadOnlySpan<byte> record)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(record[ChecksumAt..]) != Checksum(record)) return null;
        return new LogIndexEntry(
            DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(record)),
            (LogStream)BinaryPrimitives.ReadInt32LittleEndian(record[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(record[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(record[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(record[20..]));
    }

    private static int ReadFully(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        var total = 0;
        while (total < buffer.Length && RandomAccess.Read(file, buffer[total..], offset + total) is > 0 and var count)
            total += count;
        return total;
    }

    /// <summary>Begins with all ones, so that a record of zeros, as a crash may leave, is not whole.</summary>
    private static uint Checksum(ReadOnlySpan<byte> record)
    {
        var checksum = uint.MaxValue;
        for (var at = 0; at < ChecksumAt; at += sizeof(uint))
            checksum = BitOperations.Crc32C(checksum, BinaryPrimitives.ReadUInt32LittleEndian(record[at..]));
        return checksum;
    }
}
