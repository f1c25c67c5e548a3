using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Weir.Engine.Identity;

namespace Weir.Engine.DataTree;

/// <summary>Ids of data nodes: 24 hexadecimal digits, the first 12 of which are milliseconds since 1970.</summary>
public static class NodeIds
{
    public const int Length = 24;
    private const int TimeDigits = 12;

    public static bool IsWellFormed(string text) =>
        text.Length == Length && text.All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f'));

    /// <summary>The id that a record of that name, made at that time, always has.</summary>
    /// <param name="at">When it was made.</param>
    /// <param name="rank">A hexadecimal digit by which those of one millisecond are in order.</param>
    /// <param name="name">What tells it from all others.</param>
    public static string Derive(DateTimeOffset at, char rank, string name)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        return string.Concat(FirstAt(at).AsSpan(0, TimeDigits), [rank], hash.AsSpan(0, Length - TimeDigits - 1));
    }

    /// <summary>No node of that millisecond or a later one has a smaller id.</summary>
    public static string FirstAt(DateTimeOffset at)
    {
        var milliseconds = Math.Clamp(at.ToUnixTimeMilliseconds(), 0, (1L << 48) - 1);
        return string.Create(CultureInfo.InvariantCulture, $"{milliseconds:x12}{0:x12}");
    }

    /// <summary>Nodes from the root to the last of a lineage.</summary>
    public static int DepthOf(string lineage) => (lineage.Length + 1) / (Length + 1);

    /// <summary>The same bits as those of a ULID, written as a UUID.</summary>
    public static Guid UuidOf(ReadOnlySpan<char> ulid)
    {
        var value = UInt128.Zero;
        foreach (var letter in ulid)
            value = (value << 5) | (UInt128)(uint)IdSource.Alphabet.IndexOf(letter, StringComparison.Ordinal);
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return new Guid(bytes, bigEndian: true);
    }
}
