using Weir.Contracts.AgentProtocol;
using Weir.Engine.Storage;

namespace Weir.Engine.Scheduling;

/// <summary>Logs by attempt, stamped with the controller's clock.</summary>
public sealed class StepLogs(ILogStore store, Safeguards safeguards, TimeProvider time)
{
    public ILogStore Store => store;

    public async ValueTask<LogLengths> AppendAsync(
        string @namespace, AttemptFence fence, IReadOnlyList<LogPiece> pieces, CancellationToken cancellationToken)
    {
        var key = KeyOf(@namespace, fence);
        var placed = safeguards.LogOffset ? pieces : await AtTheEndAsync(key, pieces, cancellationToken);
        return await store.AppendAsync(key, placed, time.GetUtcNow(), cancellationToken);
    }

    /// <summary>No more will come: followers end.</summary>
    public void Close(string @namespace, AttemptFence fence) => store.Close(KeyOf(@namespace, fence));

    private static LogKey KeyOf(string @namespace, AttemptFence fence) =>
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
