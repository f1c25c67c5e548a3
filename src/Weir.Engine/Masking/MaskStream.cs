namespace Weir.Engine.Masking;

/// <summary>
/// Masks a stream that comes in pieces: what a form may still go on in is held back until the next piece or the end.
/// What comes out does not depend on where the pieces were cut. Not thread-safe.
/// </summary>
public sealed class MaskStream
{
    private readonly List<MaskSet.Span> _found = [];
    private byte[] _buffer = [];
    private int _end;
    private int _held;
    private int _covered;

    /// <summary>Bytes that came in and did not go out yet.</summary>
    public int Held => _held;

    /// <summary>Takes a piece in; the answer is what can go out, valid until the next call.</summary>
    public ReadOnlySpan<byte> Next(MaskSet masks, ReadOnlySpan<byte> piece)
    {
        var length = Take(piece);
        var bytes = _buffer.AsSpan(0, length);
        _found.Clear();
        masks.Find(bytes, _found);
        return Release(bytes, masks.FindTail(bytes));
    }

    /// <summary>Nothing follows: the rest goes out.</summary>
    public ReadOnlySpan<byte> End(MaskSet masks)
    {
        var length = Take([]);
        var bytes = _buffer.AsSpan(0, length);
        _found.Clear();
        masks.Find(bytes, _found);
        return Release(bytes, length);
    }

    // What went out last stands before what is held back, at the buffer's beginning.
    private int Take(ReadOnlySpan<byte> piece)
    {
        var length = _held + piece.Length;
        var target = _buffer.Length >= length ? _buffer : new byte[Math.Max(length, 2 * _buffer.Length)];
        _buffer.AsSpan(_end - _held, _held).CopyTo(target);
        piece.CopyTo(target.AsSpan(_held));
        _buffer = target;
        return _end = length;
    }

    // The held bytes stay as they came, as they may be a part of what is still to be found; how many of them are
    // already known to be a secret's is kept.
    private ReadOnlySpan<byte> Release(Span<byte> bytes, int through)
    {
        bytes[..Math.Min(_covered, through)].Fill(MaskSet.Mask);
        _covered = Math.Max(0, _covered - through);
        foreach (var span in _found)
        {
            if (span.Start >= through) continue;
            bytes[span.Start..Math.Min(span.End, through)].Fill(MaskSet.Mask);
            _covered = Math.Max(_covered, span.End - through);
        }

        _held = bytes.Length - through;
        return bytes[..through];
    }
}
