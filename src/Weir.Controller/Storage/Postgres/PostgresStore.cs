using Npgsql;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Postgres;

/// <summary>
/// Documents and records in one PostgreSQL database, which several controllers may share. Writes go through one
/// connection that commits them in groups; reads have a bounded pool.
/// </summary>
public sealed class PostgresStore : IDocumentStore, IRecordStore, IAsyncDisposable
{
    private readonly Database _database;
    private readonly string _origin;
    private readonly DocumentQueries _documents;
    private readonly RunQueries _runs;
    private readonly QueueQueries _queue;
    private readonly LeaseQueries _leases;
    private readonly EventQueries _events;
    private readonly NodeQueries _nodes;
    private readonly NewsBell _bell;
    private readonly GroupWriter _writer;
    private NpgsqlConnection? _presence;

    private PostgresStore(Database database, string origin)
    {
        _database = database;
        _origin = origin;
        _documents = new DocumentQueries(database);
        _runs = new RunQueries(database);
        _queue = new QueueQueries(database);
        _leases = new LeaseQueries(database);
        _events = new EventQueries(database);
        _nodes = new NodeQueries(database);
        _bell = NewsBell.Start(database);
        _writer = GroupWriter.Start(database, origin, _bell.Ring);
    }

    /// <summary>Connects, and brings the database to the newest schema.</summary>
    /// <param name="origin">This controller, as it is noted beside the events that it writes.</param>
    /// <exception cref="DataDirectoryException">It cannot be reached or used, or a newer version wrote it.</exception>
    public static Task<PostgresStore> OpenAsync(
        string connectionString, string origin, TimeProvider time, CancellationToken cancellationToken) =>
        OpenAsync(connectionString, origin, time, Migration.Postgres, cancellationToken);

    internal static async Task<PostgresStore> OpenAsync(
        string connectionString, string origin, TimeProvider time, IReadOnlyList<Migration> migrations,
        CancellationToken cancellationToken)
    {
        var database = Database.At(connectionString, time);
        var where = PostgresAddress.Describe(connectionString);
        try
        {
            await PostgresMigrator.MigrateAsync(database, where, migrations, cancellationToken);
            return new PostgresStore(database, origin);
        }
        catch (Exception unusable)
        {
            await database.DisposeAsync();
            if (unusable is NpgsqlException or TimeoutException)
                throw new DataDirectoryException($"cannot use the database {where}: {unusable.Message}");
            throw;
        }
    }

    public ValueTask<Document?> GetAsync(string key, CancellationToken cancellationToken) =>
        _documents.GetAsync(key, cancellationToken);

    public ValueTask<IReadOnlyList<Document>> ListAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken) =>
        _documents.ListAsync(prefix, after, limit, cancellationToken);

    public ValueTask<CommitOutcome> CommitAsync(Commit commit, CancellationToken cancellationToken) =>
        _writer.WriteAsync(new CommitRequest(commit), cancellationToken);

    public ValueTask<RunRows?> LoadRunAsync(string run, CancellationToken cancellationToken) =>
        _runs.LoadAsync(run, cancellationToken);

    public ValueTask<RunRow?> GetRunAsync(string run, CancellationToken cancellationToken) =>
        _runs.GetAsync(run, cancellationToken);

    public ValueTask<RunRow?> FindRunByNumberAsync(
        string @namespace, string flow, long number, CancellationToken cancellationToken) =>
        _runs.FindByNumberAsync(@namespace, flow, number, cancellationToken);

    public ValueTask<IReadOnlyList<RunRow>> FindRunsBySuffixAsync(
        string @namespace, string suffix, CancellationToken cancellationToken) =>
        _runs.FindBySuffixAsync(@namespace, suffix, cancellationToken);

    public ValueTask<IReadOnlyList<RunRow>> ListRunsAsync(RunQuery query, CancellationToken cancellationToken) =>
        _runs.ListAsync(query, cancellationToken);

    public ValueTask<IReadOnlyList<RunRow>> ListDueRunsAsync(
        DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        _runs.ListDueAsync(now, limit, cancellationToken);

    public ValueTask<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) =>
        _runs.NextDueAsync(cancellationToken);

    public ValueTask<PlanRow?> GetPlanAsync(string digest, CancellationToken cancellationToken) =>
        _runs.GetPlanAsync(digest, cancellationToken);

    public ValueTask<IdempotencyRow?> GetIdempotencyAsync(
        string @namespace, string key, CancellationToken cancellationToken) =>
        _runs.GetIdempotencyAsync(@namespace, key, cancellationToken);

    public ValueTask<IReadOnlyList<QueueHead>> ListQueueHeadsAsync(CancellationToken cancellationToken) =>
        _queue.HeadsAsync(cancellationToken);

    public ValueTask<IReadOnlyList<QueueRow>> ListQueueAsync(
        string @namespace, string shape, int limit, CancellationToken cancellationToken) =>
        _queue.ListAsync(@namespace, shape, limit, cancellationToken);

    public ValueTask<IReadOnlyList<LeaseRow>> ListLeasesAsync(string agent, CancellationToken cancellationToken) =>
        _leases.ListAsync(agent, cancellationToken);

    public ValueTask<IReadOnlyList<LeaseRow>> ListClaimedAsync(
        string agent, ClaimNonce nonce, CancellationToken cancellationToken) =>
        _leases.ListClaimedAsync(agent, nonce, cancellationToken);

    public ValueTask<LeaseRow?> GetLeaseAsync(string run, string step, CancellationToken cancellationToken) =>
        _leases.GetAsync(run, step, cancellationToken);

    public ValueTask<IReadOnlyList<LeaseRow>> ListExpiredLeasesAsync(
        DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        _leases.ListExpiredAsync(now, limit, cancellationToken);

    public ValueTask<IReadOnlyDictionary<string, int>> CountLeasesAsync(CancellationToken cancellationToken) =>
        _leases.CountAsync(cancellationToken);

    public ValueTask<IReadOnlyList<bool>> RenewLeasesAsync(
        string agent, IReadOnlyList<AttemptFence> fences, DateTimeOffset until, CancellationToken cancellationToken) =>
        fences.Count == 0
            ? new ValueTask<IReadOnlyList<bool>>([])
            : _writer.WriteAsync(new RenewalRequest(agent, fences, until), cancellationToken);

    public async ValueTask ExtendAllLeasesAsync(DateTimeOffset until, CancellationToken cancellationToken) =>
        await _writer.WriteAsync(new ExtensionRequest(until), cancellationToken);

    public ValueTask<IReadOnlyList<EventRow>> ReadEventsAsync(
        long after, string? subject, int limit, CancellationToken cancellationToken) =>
        _events.ReadAsync(after, subject, limit, cancellationToken);

    public ValueTask<IReadOnlyList<EventRow>> ReadNewsAsync(
        long after, long through, int limit, CancellationToken cancellationToken) =>
        _events.ReadNewsAsync((after, through), _origin, limit, cancellationToken);

    public ValueTask<NodeRow?> GetNodeAsync(string id, CancellationToken cancellationToken) =>
        _nodes.GetAsync(id, cancellationToken);

    public ValueTask<IReadOnlyList<NodeRow>> ListNodesAsync(NodeQuery query, CancellationToken cancellationToken) =>
        _nodes.ListAsync(query, cancellationToken);

    public ValueTask<long> CountNodesAsync(NodeQuery query, CancellationToken cancellationToken) =>
        _nodes.CountAsync(query, cancellationToken);

    public ValueTask<long> LastEventAsync(CancellationToken cancellationToken) => _events.LastAsync(cancellationToken);

    /// <summary>
    /// Says that this controller uses the database: alone, or as one of several that share a folder too. Held by a
    /// connection, and so given back by the server however this process ends.
    /// </summary>
    /// <exception cref="DataDirectoryException">Another controller uses it, and the two do not go together.</exception>
    public async Task OccupyAsync(bool isShared, CancellationToken cancellationToken)
    {
        _presence = await Presence.TryTakeAsync(_database, isShared, cancellationToken)
            ?? throw new DataDirectoryException(
                "another controller uses this database: several need a folder for logs and artifacts that all of them "
                + "see, given to each by `--shared-data-dir`");
    }

    /// <summary>
    /// Calls back, until it is cancelled, when another controller wrote events; now and then also for nothing, and
    /// never while the database is away: who must miss nothing looks by itself from time to time.
    /// </summary>
    public Task ListenAsync(Action heard, CancellationToken cancellationToken) =>
        _bell.ListenAsync(heard, cancellationToken);

    /// <summary>Finishes the writes that were queued, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _bell.DisposeAsync();
        if (_presence is not null) await _presence.DisposeAsync();
        await _database.DisposeAsync();
    }
}
