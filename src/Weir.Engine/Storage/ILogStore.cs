using Weir.Contracts.AgentProtocol;

namespace Weir.Engine.Storage;

/// <summary>Names the logs of one attempt.</summary>
public sealed record LogKey(string Namespace, string Run, string Step, int Attempt);

/// <summary>A place in the index of an attempt's log: which bytes came when, from which command.</summary>
public sealed record LogIndexEntry(DateTimeOffset Time, LogStream Stream, long Offset, int Length, int Command);

/// <summary>Bytes of each stream that are durable.</summary>
public readonly record struct LogLengths(long Stdout, long Stderr);

/// <summary>
/// Logs of steps. Appends of one attempt are serialised by the store; what an append has returned survives a crash.
/// Byte offsets are those of the attempt's stream as its agent counts them.
/// </summary>
public interface ILogStore
{
    /// <summary>
    /// Appends the pieces at their offsets, passing over what is there already and refusing what lies beyond the end,
    /// and makes them durable. Returns the lengths after it.
    /// </summary>
    ValueTask<LogLengths> AppendAsync(
        LogKey key, IReadOnlyList<LogPiece> pieces, DateTimeOffset now, CancellationToken cancellationToken);

    ValueTask<LogLengths> GetLengthsAsync(LogKey key, CancellationToken cancellationToken);

    /// <summary>Up to <paramref name="buffer"/>'s length from the offset; 0 at the present end.</summary>
    ValueTask<int> ReadAsync(
        LogKey key, LogStream stream, long offset, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Index entries after the first <paramref name="skip"/>, in order of arrival.</summary>
    ValueTask<IReadOnlyList<LogIndexEntry>> ReadIndexAsync(
        LogKey key, int skip, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Completes when the attempt's log is longer than <paramref name="known"/>, or when <see cref="Close"/> was
    /// called; at once when it already is.
    /// </summary>
    Task WaitForMoreAsync(LogKey key, LogLengths known, CancellationToken cancellationToken);

    /// <summary>No more will come: wakes followers, frees handles.</summary>
    void Close(LogKey key);

    ValueTask DeleteRunAsync(string @namespace, string run, CancellationToken cancellationToken);
}
