namespace Weir.Agent.Logs;

/// <summary>
/// Bytes on their way to the controller: appended at the end, read anywhere, given up from the beginning. Positions
/// count all bytes ever appended. Throws <see cref="IOException"/> when there is no room. Not thread-safe.
/// </summary>
public abstract class SpoolJournal
{
    /// <summary>Position of the first byte that is still kept.</summary>
    public abstract long Start { get; }

    /// <summary>Position after the last byte.</summary>
    public abstract long End { get; }

    public abstract void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Fills the buffer from the position, as far as there are bytes; answers how many.</summary>
    public abstract int Read(long position, Span<byte> buffer);

    /// <summary>Bytes before the position are not needed any more.</summary>
    public abstract void Release(long position);

    /// <summary>Forgets everything; positions begin at 0 again.</summary>
    public abstract void Clear();
}
