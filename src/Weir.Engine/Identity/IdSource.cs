using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;

namespace Weir.Engine.Identity;

/// <summary>
/// Makes ids: lower-case ULIDs (48 bits of milliseconds, 80 bits of chance; Crockford base 32, 26 characters), and for
/// data nodes 24 hexadecimal digits (48 bits of each). Within one source they rise strictly, also within one
/// millisecond and when the clock steps back.
/// </summary>
public sealed class IdSource(TimeProvider time, Random random)
{
    internal const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private static readonly SearchValues<char> Letters = SearchValues.Create(Alphabet);
    private readonly Lock _gate = new();
    private UInt128 _last;
    private UInt128 _lastNode;

    public string Next() => Encode(Next(ref _last, 80));

    public string NextNode() => Next(ref _lastNode, 48).ToString("x24", CultureInfo.InvariantCulture);

    /// <summary>True for 26 characters of the alphabet above; says nothing of existence.</summary>
    public static bool IsWellFormed(string text) => text.Length == 26 && !text.AsSpan().ContainsAnyExcept(Letters);

    /// <summary>No id of that millisecond or a later one is smaller.</summary>
    public static string FirstAt(DateTimeOffset at) =>
        Encode((UInt128)(ulong)Math.Max(0, at.ToUnixTimeMilliseconds()) << 80);

    private UInt128 Next(ref UInt128 last, int chanceBits)
    {
        lock (_gate)
        {
            Span<byte> bytes = stackalloc byte[16];
            random.NextBytes(bytes[6..]);
            var chance = BinaryPrimitives.ReadUInt128BigEndian(bytes) & ((UInt128.One << chanceBits) - 1);
            var milliseconds = (UInt128)(ulong)time.GetUtcNow().ToUnixTimeMilliseconds();
            var value = (milliseconds << chanceBits) | chance;
            return last = value > last ? value : last + 1;
        }
    }

    private static string Encode(UInt128 value) => string.Create(26, value, static (text, rest) =>
    {
        for (var i = text.Length - 1; i >= 0; i--)
        {
            text[i] = Alphabet[(int)(rest & 31)];
            rest >>= 5;
        }
    });
}
