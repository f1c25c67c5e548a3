using Weir.Contracts.AgentProtocol;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Sqlite;

/// <summary>
/// Documents and records in one SQLite file, in write-ahead mode with full durability. Writes go through one thread
/// that commits them in groups; reads never wait for them.
/// </summary>
public sealed class SqliteStore : IDocumentStore, IRecordStore, IDisposable
{
    private readonly GroupCommitWriter _writer;
    private readonly ReaderPool _readers;

    private SqliteStore(GroupCommitWriter writer, ReaderPool readers)
    {
        _writer = writer;
        _readers = readers;
    }

    internal GroupCommitWriter Writer => _writer;

    /// <summary>Opens the file, makes it if need be, and brings it to the newest schema.</summary>
    /// <exception cref="DataDirectoryException">The file was written by a newer version.</exception>
    public static SqliteStore Open(string path) => Open(path, Migration.Sqlite);

    internal static SqliteStore Open(string path, IReadOnlyList<Migration> migrations)
    {
        var connection = Connection.OpenWriter(path);
        try
        {
            Migrator.Migrate(connection, path, migrations);
            return new SqliteStore(GroupCommitWriter.Start(connection), new ReaderPool(path));
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public ValueTask<Document?> GetAsync(string key, CancellationToken cancellationToken) =>
        _readers.ReadAsync(reader => reader.Documents.Get(key), cancellationToken);

    public ValueTask<IReadOnlyList<Document>> ListAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken) =>
        _readers.ReadAsync(reader => reader.Documents.List(prefix, after, limit), cancellationToken);

    public ValueTask<CommitOutcome> CommitAsync(Commit commit, CancellationToken cancellationToken) =>
        _writer.WriteAsync(statements => statements.Apply(commit), cancellationToken);

    public ValueTask<RunRows?> LoadRunAsync(string run, CancellationToken cancellationToken) =>
        _readers.ReadAsync(reader => reader.Runs.Load(run), cancellationToken);

    public ValueTask<RunRow?> GetRunAsync(string run, CancellationToken cancellationToken) =>
        _readers.ReadAsync(reader => reader.Runs.Get(run), cancellationToken);

    public ValueTask<RunRow?> FindRunByNumberAsync(
        string @namespace, string flow, long number, CancellationToken cancellationToken) =>
        _readers.ReadAsync(reader => reader.Runs.FindByNumber(@namespace, flow, number), cancellationToken);

    public ValueTask<IReadOnlyList<RunRow>> FindRunsBySuffixAsync(
        string @namespace, string suffix, CancellationToken cancellationToken) =>
        _readers.ReadAsync(reader => reader.Runs.FindBySuffix(@namespace, suffix), cancellationToken);

    public ValueTask<IReadOnlyList<RunRow>> ListRunsAsync(RunQuery query, CancellationToken cancellationToken) =>
        _readers.ReadAsync(reader => reader.Runs.List(query), cancellationToken);

    public ValueTask<IReadOnlyList<RunRow>> ListDueRunsAsync(
        DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        _readers.ReadAsync(reader => reader.Runs.ListDue(now, limit), cancellationToken);

    public ValueTask<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) =>
        _readers.ReadAsync(reader => reader.Runs.NextDue(), cancellationToken);

    public ValueTask<PlanRow?> GetPlanAsync(string digest, CancellationToken cancellationToken) =>
        _readers.ReadAsync(reader => reader.Runs.GetPlan(digest), cancellationToken);

    public ValueTask<IdempotencyRow?> GetIdempotencyAsync(
        string @namespace, string key, CancellationToken cancellationToken) =>
        _readers.ReadAsync(reader => reader.Runs.GetIdempotency(@namespace, key), cancellationToken);

    public ValueTask<IReadOnlyList<QueueHead>> ListQueueHeadsAsync(CancellationToken cancellationToken) =>
        _readers.ReadAsync(reader => reader.Queue.Heads(), cancellationToken);

    public ValueTask<IReadOnlyList<QueueRow>> ListQueueAsync(
        string @namespace, string shape, int limit, CancellationToken cancellationToken) =>
        _readers.ReadAsync(reader => reader.Queue.List(@namespace, shape, limit), cancellationToken);

    public ValueTask<IReadOnlyList<LeaseRow>> ListLeasesAsync(string agent, CancellationToken cancellationToken) =>
        _readers.ReadAsync(reader => reader.Leases.List(agent), cancellationToken);

    public ValueTask<IReadOnlyList<LeaseRow>> ListClaimedAsync(
        string agent, ClaimNonce nonce, CancellationToken cancellationToken) =>
        _readers.ReadAsync(reader => reader.Leases.ListClaimed(agent, nonce), cancellationToken);

    public ValueTask<LeaseRow?> GetLeaseAsync(string run, string step, CancellationToken cancellationToken) =>
        _readers.ReadAsync(reader => reader.Leases.Get(run, step), cancellationToken);

    public ValueTask<IReadOnlyList<LeaseRow>> ListExpiredLeasesAsync(
        DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        _readers.ReadAsync(reader => reader.Leases.ListExpired(now, limit), cancellationToken);

    public ValueTask<IReadOnlyDictionary<string, int>> CountLeasesAsync(CancellationToken cancellationToken) =>
        _readers.ReadAsync(reader => reader.Leases.Count(), cancellationToken);

    public ValueTask<IReadOnlyList<bool>> RenewLeasesAsync(
        string agent, IReadOnlyList<AttemptFence> fences, DateTimeOffset until, CancellationToken cancellationToken) =>
        _writer.WriteAsync(statements => statements.Renew(agent, fences, until), cancellationToken);

    public async ValueTask ExtendAllLeasesAsync(DateTimeOffset until, CancellationToken cancellationToken) =>
        await _writer.WriteAsync(
            statements =>
            {
                statements.ExtendAll(until);
                return true;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<EventRow>> ReadEventsAsync(
        long after, string? subject, int limit, CancellationToken cancellationToken) =>
        _readers.ReadAsync(reader => reader.Events.Read(after, subject, limit), cancellationToken);

    public ValueTask<long> LastEventAsync(CancellationToken cancellationToken) =>
        _readers.ReadAsync(reader => reader.Events.Last(), cancellationToken);

    public ValueTask<NodeRow?> GetNodeAsync(string id, CancellationToken cancellationToken) =>
        _readers.ReadAsync(reader => reader.Nodes.Get(id), cancellationToken);

    public ValueTask<IReadOnlyList<NodeRow>> ListNodesAsync(NodeQuery query, CancellationToken cancellationToken) =>
        _readers.ReadAsync(reader => reader.Nodes.List(query), cancellationToken);

    public ValueTask<long> CountNodesAsync(NodeQuery query, CancellationToken cancellationToken) =>
        _readers.ReadAsync(reader => reader.Nodes.Count(query), cancellationToken);

    /// <summary>Finishes the writes that were queued, then closes.</summary>
    public void Dispose()
    {
        _readers.Dispose();
        _writer.Dispose();
    }
}
