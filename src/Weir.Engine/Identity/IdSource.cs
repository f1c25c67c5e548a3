using System.Buffers;
using System.Buffers.Binary;

namespace Weir.Engine.Identity;

/// <summary>
/// Makes ids: lower-case ULIDs (48 bits of milliseconds, 80 bits of chance; Crockford base 32, 26 characters). Within
/// one source they rise strictly, also within one millisecond and when the clock steps back.
/// </summary>
public sealed class IdSource(TimeProvider time, Random random)
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private static readonly SearchValues<char> Letters = SearchValues.Create(Alphabet);
    private readonly Lock _gate = new();
    private UInt128 _last;

    public string Next()
    {
        UInt128 value;
        lock (_gate)
        {
            Span<byte> chance = stackalloc byte[16];
            random.NextBytes(chance[6..]);
            BinaryPrimitives.WriteUInt16BigEndian(chance[4..], 0);
            var milliseconds = (UInt128)(ulong)time.GetUtcNow().ToUnixTimeMilliseconds();
            value = (milliseconds << 80) | (BinaryPrimitives.ReadUInt128BigEndian(chance) & ((UInt128.One << 80) - 1));
            if (value <= _last) value = _last + 1;
            _last = value;
        }

        return Encode(value);
    }

    /// <summary>True for 26 characters of the alphabet above; says nothing of existence.</summary>
    public static bool IsWellFormed(string text) => text.Length == 26 && !text.AsSpan().ContainsAnyExcept(Letters);

    private static string Encode(UInt128 value) => string.Create(26, value, static (text, rest) =>
    {
        for (var i = text.Length - 1; i >= 0; i--)
        {
            text[i] = Alphabet[(int)(rest & 31)];
            rest >>= 5;
        }
    });
}
