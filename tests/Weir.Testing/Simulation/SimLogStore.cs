using Weir.Contracts.AgentProtocol;
using Weir.Engine.Storage;

namespace Weir.Testing.Simulation;

/// <summary>
/// The log store as a controller process sees it: at times silent before or after the write. What an append has
/// answered survives every process.
/// </summary>
internal sealed class SimLogStore(ILogStore logs, SimWorld world) : ILogStore
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(3);

    public async ValueTask<LogLengths> AppendAsync(
        LogKey key, IReadOnlyList<LogPiece> pieces, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await world.PassAsync(Pace);
        if (world.Chance(world.Faults.Store)) throw new StoreUnavailableException("simulated: before the log is written");
        var lengths = await logs.AppendAsync(key, pieces, now, cancellationToken);
        await world.PassAsync(Pace);
        if (world.Chance(world.Faults.Store)) throw new StoreUnavailableException("simulated: after the log is written");
        return lengths;
    }

    public async ValueTask<LogLengths> GetLengthsAsync(LogKey key, CancellationToken cancellationToken)
    {
        await Task.Yield();
        return await logs.GetLengthsAsync(key, cancellationToken);
    }

    public async ValueTask<int> ReadAsync(
        LogKey key, LogStream stream, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await Task.Yield();
        return await logs.ReadAsync(key, stream, offset, buffer, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<LogIndexEntry>> ReadIndexAsync(
        LogKey key, int skip, int limit, CancellationToken cancellationToken)
    {
        await Task.Yield();
        return await logs.ReadIndexAsync(key, skip, limit, cancellationToken);
    }

    public Task WaitForMoreAsync(LogKey key, LogLengths known, CancellationToken cancellationToken) =>
        logs.WaitForMoreAsync(key, known, cancellationToken);

    public void Close(LogKey key) => logs.Close(key);

    public ValueTask DeleteRunAsync(string @namespace, string run, CancellationToken cancellationToken) =>
        logs.DeleteRunAsync(@namespace, run, cancellationToken);
}
