using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Weir.Engine.Masking;

/// <summary>
/// Finds every form of a set of secrets in bytes. Looks at four bytes at a time, so far apart that no form can lie
/// between two looks, and asks a small table whether any form has those four there; only then compares. Immutable.
/// </summary>
public sealed class MaskSet
{
    /// <summary>What a masked byte becomes; the length stays, so that offsets in logs stay what they are.</summary>
    public const byte Mask = (byte)'*';

    private const int Window = sizeof(uint);
    private const int MaxFilterBits = 19;

    /// <summary>Bits of the filter for each that is set: the fewer, the more looks hit for nothing.</summary>
    private const int Sparseness = 64;
    private const int LongestStride = 8;
    private readonly HashSet<string> _secrets;
    private readonly byte[][] _forms;
    private readonly ulong[] _filter;
    private readonly int _shift;
    private readonly Dictionary<uint, Spot[]> _spots;
    private readonly int _stride;
    private readonly TailIndex _tails;

    private MaskSet(HashSet<string> secrets)
    {
        _secrets = secrets;
        _forms = [.. secrets.SelectMany(SecretForms.Of).DistinctBy(Convert.ToHexString)];
        Longest = _forms.Max(form => form.Length);
        _stride = Math.Min(_forms.Min(form => form.Length) - Window + 1, LongestStride);
        var bits = Math.Min(MaxFilterBits, BitOperations.Log2((uint)(_forms.Length * _stride * Sparseness)));
        _shift = 32 - bits;
        _filter = new ulong[(1 << bits) / 64];
        var spots = new Dictionary<uint, List<Spot>>();
        foreach (var form in _forms)
        {
            for (var offset = 0; offset < _stride; offset++)
            {
                var window = MemoryMarshal.Read<uint>(form.AsSpan(offset));
                var hash = HashOf(window, _shift);
                _filter[hash >> 6] |= 1UL << (int)(hash & 63);
                if (!spots.TryGetValue(window, out var there)) spots[window] = there = [];
                there.Add(new Spot(form, offset));
            }
        }

        _spots = spots.ToDictionary(s => s.Key, s => s.Value.ToArray());
        _tails = new TailIndex(_forms);
    }

    /// <summary>Length of the longest form.</summary>
    public int Longest { get; }

    public IReadOnlyCollection<string> Secrets => _secrets;

    /// <summary>Null when no secret is long enough to be masked: then there is nothing to do.</summary>
    public static MaskSet? Of(IEnumerable<string> secrets)
    {
        var fit = secrets.Where(CanMask).ToHashSet(StringComparer.Ordinal);
        return fit.Count == 0 ? null : new MaskSet(fit);
    }

    public static bool CanMask(string secret) =>
        Encoding.UTF8.GetByteCount(secret) is >= SecretForms.MinBytes and <= SecretForms.MaxBytes;

    /// <summary>The masks of both.</summary>
    public static MaskSet? Join(MaskSet? set, IEnumerable<string> more) =>
        Of(set is null ? more : set._secrets.Concat(more));

    /// <summary>The text with every form masked.</summary>
    public string Apply(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var found = new List<Span>();
        Find(bytes, found);
        if (found.Count == 0) return text;
        foreach (var span in found) bytes.AsSpan(span.Start, span.Length).Fill(Mask);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Adds where forms stand, in no particular order; they may overlap.</summary>
    internal void Find(ReadOnlySpan<byte> bytes, List<Span> found)
    {
        ref var start = ref MemoryMarshal.GetReference(bytes);
        ref var filter = ref MemoryMarshal.GetArrayDataReference(_filter);
        var last = bytes.Length - Window;
        var (stride, shift) = (_stride, _shift);
        var at = 0;
        // four looks for one branch: in most logs none of them hits
        for (; at <= last - (3 * stride); at += 4 * stride)
        {
            var hits = Look(ref start, ref filter, at, shift)
                | Look(ref start, ref filter, at + stride, shift)
                | Look(ref start, ref filter, at + (2 * stride), shift)
                | Look(ref start, ref filter, at + (3 * stride), shift);
            if ((hits & 1) == 0) continue;
            for (var i = at; i < at + (4 * stride); i += stride)
            {
                if ((Look(ref start, ref filter, i, shift) & 1) != 0) Compare(bytes, i, found);
            }
        }

        for (; at <= last; at += stride) Compare(bytes, at, found);
    }

    /// <summary>
    /// Where the first form may begin that the bytes after these would complete; the length when none may.
    /// </summary>
    internal int FindTail(ReadOnlySpan<byte> bytes) => _tails.Find(bytes, Longest - 1);

    private void Compare(ReadOnlySpan<byte> bytes, int at, List<Span> found)
    {
        if (!_spots.TryGetValue(MemoryMarshal.Read<uint>(bytes[at..]), out var spots)) return;
        foreach (var (form, offset) in spots)
        {
            var begin = at - offset;
            if (begin < 0 || begin + form.Length > bytes.Length) continue;
            if (bytes.Slice(begin, form.Length).SequenceEqual(form)) found.Add(new Span(begin, form.Length));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Look(ref byte start, ref ulong filter, int at, int shift)
    {
        var hash = HashOf(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref start, at)), shift);
        return Unsafe.Add(ref filter, (nint)(hash >> 6)) >> (int)(hash & 63);
    }

    private static uint HashOf(uint window, int shift) => (window * 0x9E3779B1) >> shift;

    internal readonly record struct Span(int Start, int Length)
    {
        public int End => Start + Length;
    }

    private readonly record struct Spot(byte[] Form, int Offset);
}
