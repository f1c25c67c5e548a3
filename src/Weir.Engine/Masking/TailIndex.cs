using System.Runtime.InteropServices;

namespace Weir.Engine.Masking;

/// <summary>Tells whether the end of some bytes is the beginning of a form.</summary>
internal sealed class TailIndex
{
    private const int Window = sizeof(uint);
    private readonly HashSet<uint>[] _short = [[], [], []];
    private readonly Dictionary<uint, byte[][]> _byWindow;

    public TailIndex(IReadOnlyCollection<byte[]> forms)
    {
        foreach (var form in forms)
        {
            for (var length = 1; length < Window; length++) _short[length - 1].Add(ValueOf(form.AsSpan(0, length)));
        }

        _byWindow = forms.GroupBy(form => MemoryMarshal.Read<uint>(form)).ToDictionary(g => g.Key, g => g.ToArray());
    }

    /// <summary>The first place among the last <paramref name="most"/> from which on all bytes begin a form.</summary>
    public int Find(ReadOnlySpan<byte> bytes, int most)
    {
        var at = Math.Max(0, bytes.Length - most);
        for (; at <= bytes.Length - Window; at++)
        {
            var rest = bytes[at..];
            if (_byWindow.TryGetValue(MemoryMarshal.Read<uint>(rest), out var forms) && Begins(forms, rest)) return at;
        }

        for (at = Math.Max(at, 0); at < bytes.Length; at++)
        {
            if (_short[bytes.Length - at - 1].Contains(ValueOf(bytes[at..]))) return at;
        }

        return bytes.Length;
    }

    private static bool Begins(byte[][] forms, ReadOnlySpan<byte> rest)
    {
        foreach (var form in forms)
        {
            if (form.Length > rest.Length && rest.SequenceEqual(form.AsSpan(0, rest.Length))) return true;
        }

        return false;
    }

    private static uint ValueOf(ReadOnlySpan<byte> few)
    {
        var value = 0u;
        foreach (var b in few) value = (value << 8) | b;
        return value;
    }
}
