using Weir.Contracts.AgentProtocol;
using Weir.Engine.Masking;
using Weir.Engine.Signals;
using Weir.Engine.Storage;

namespace Weir.Engine.Scheduling;

/// <summary>Logs by attempt, stamped with the controller's clock.</summary>
public sealed class StepLogs(ILogStore store, Safeguards safeguards, TimeProvider time)
{
    private const int MostMasked = 4_096;
    private readonly KeyedGate _turns = new();
    private readonly BoundedCache<LogKey, MaskedLog> _masked = new(MostMasked);

    public ILogStore Store => store;

    public async ValueTask<LogLengths> AppendAsync(
        string @namespace, AttemptFence fence, IReadOnlyList<LogPiece> pieces, CancellationToken cancellationToken)
    {
        var key = KeyOf(@namespace, fence);
        var placed = safeguards.LogOffset ? pieces : await AtTheEndAsync(key, pieces, cancellationToken);
        return await store.AppendAsync(key, placed, time.GetUtcNow(), cancellationToken);
    }

    /// <summary>
    /// The same, with secrets masked. The lengths it answers leave out a tail that a secret may still go on in.
    /// </summary>
    /// <param name="isLast">The log ends with these pieces.</param>
    public async ValueTask<LogLengths> AppendMaskedAsync(
        LogKey key, MaskSet masks, IReadOnlyList<LogPiece> pieces, bool isLast, CancellationToken cancellationToken)
    {
        using var turn = await _turns.EnterAsync($"{key.Run}/{key.Step}/{key.Attempt}");
        if (!_masked.TryGet(key, out var log))
            log = new MaskedLog(await store.GetLengthsAsync(key, cancellationToken));
        // Forgotten until the store has taken it: what it did not take is read from the agent again.
        _masked.Remove(key);
        var taken = log.Take(masks, pieces, isLast);
        var lengths = taken.Count > 0
            ? await store.AppendAsync(key, taken, time.GetUtcNow(), cancellationToken)
            : await store.GetLengthsAsync(key, cancellationToken);
        if (!isLast && lengths == log.Through) _masked.Put(key, log);
        return lengths;
    }

    /// <summary>No more will come: followers end.</summary>
    public void Close(string @namespace, AttemptFence fence) => store.Close(KeyOf(@namespace, fence));

    public static LogKey KeyOf(string @namespace, AttemptFence fence) =>
        new(@namespace, fence.Run, fence.Step, fence.Attempt);

    private async ValueTask<IReadOnlyList<LogPiece>> AtTheEndAsync(
        LogKey key, IReadOnlyList<LogPiece> pieces, CancellationToken cancellationToken)
    {
        var (stdout, stderr) = await store.GetLengthsAsync(key, cancellationToken);
        var placed = new List<LogPiece>(pieces.Count);
        foreach (var piece in pieces)
        {
            placed.Add(piece with { Offset = piece.Stream == LogStream.Stdout ? stdout : stderr });
            if (piece.Stream == LogStream.Stdout) stdout += piece.Bytes.Length;
            else stderr += piece.Bytes.Length;
        }

        return placed;
    }
}
