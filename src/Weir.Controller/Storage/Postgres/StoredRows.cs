using System.Data.Common;
using Npgsql;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Postgres;

/// <summary>
/// What the conditions of a group speak of, as stored, locked until the transaction ends. Every transaction locks
/// tables in the same order, and rows in the order of their keys, so that two controllers do not wait for each other
/// in a ring. What is not there cannot be locked: its insertion by another fails on the unique key, and the group is
/// taken again.
/// </summary>
internal sealed class StoredRows
{
    private readonly Dictionary<string, long> _documents = new(StringComparer.Ordinal);
    private readonly HashSet<(string Namespace, string Key)> _idempotency = [];
    private readonly Dictionary<string, (long Version, long Number)> _runs = new(StringComparer.Ordinal);
    private readonly HashSet<StepKey> _queue = [];
    private readonly Dictionary<StepKey, (AttemptFence Fence, string Agent, long Until)> _leases = [];
    private readonly Dictionary<(string Agent, ClaimNonce Nonce, int Ordinal), LeaseKey> _claims = [];
    private readonly List<Action<DbDataReader>> _readers = [];

    /// <summary>Begins the transaction.</summary>
    public static async Task<StoredRows> LockAsync(
        NpgsqlConnection connection, WriteGroup group, CancellationToken cancellationToken)
    {
        var stored = new StoredRows();
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("BEGIN ISOLATION LEVEL READ COMMITTED");
        stored.LookForDocuments(batch, [.. group.Commits.Select(request => request.Commit)]);
        stored.LookForRuns(batch, [.. group.Commits.Select(request => request.Commit)]);
        stored.LookForQueue(batch, [.. group.Commits.Select(request => request.Commit)]);
        stored.LookForLeases(batch, group);
        if (group.Extension is { } extension)
        {
            stored.Add(batch, "SELECT 1 FROM leases WHERE until < $1 ORDER BY run, step FOR UPDATE", _ => { })
                .Instant(extension.Until);
        }

        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        foreach (var read in stored._readers)
        {
            while (await rows.ReadAsync(cancellationToken)) read(rows);
            await rows.NextResultAsync(cancellationToken);
        }

        return stored;
    }

    public long VersionOf(string document) => _documents.GetValueOrDefault(document);

    public bool Has(IdempotencyRow row) => _idempotency.Contains((row.Namespace, row.Key));

    /// <summary>All zero when there is none.</summary>
    public (long Version, long Number) Run(string id) => _runs.GetValueOrDefault(id);

    public bool IsQueued(StepKey step) => _queue.Contains(step);

    public long? LeaseOf(StepKey step) => _leases.TryGetValue(step, out var lease) ? lease.Fence.Lease : null;

    public bool Holds(string agent, AttemptFence fence) =>
        _leases.TryGetValue(new StepKey(fence.Run, fence.Step), out var lease)
        && lease.Agent == agent && lease.Fence == fence;

    public bool HasEnded(LeaseEnd end) =>
        _leases.TryGetValue(new StepKey(end.Key.Run, end.Key.Step), out var lease)
        && lease.Fence.Lease == end.Key.Lease
        && lease.Until < end.Before.ToUnixTimeMilliseconds();

    public LeaseKey? ClaimedAs(LeaseRow row) =>
        _claims.TryGetValue((row.Agent, row.Nonce, row.Ordinal), out var key) ? key : null;

    private void LookForDocuments(NpgsqlBatch batch, List<Commit> commits)
    {
        var guards = commits.SelectMany(commit => commit.Unchanged, (_, guard) => guard.Key).Distinct().ToList();
        if (guards.Count > 0)
        {
            Add(batch, "SELECT key, version FROM documents WHERE key = ANY($1) ORDER BY key FOR SHARE", ReadDocument)
                .Texts(guards);
        }

        var keys = commits.SelectMany(commit => commit.Documents, (_, write) => write.Key).Distinct().ToList();
        if (keys.Count > 0)
        {
            Add(batch, "SELECT key, version FROM documents WHERE key = ANY($1) ORDER BY key FOR UPDATE", ReadDocument)
                .Texts(keys);
        }

        var rows = commits.Select(commit => commit.Idempotency).OfType<IdempotencyRow>().ToList();
        if (rows.Count == 0) return;
        Add(
            batch,
            """
            SELECT i.namespace, i.key FROM idempotency i
            JOIN unnest($1, $2) AS asked (namespace, key) ON i.namespace = asked.namespace AND i.key = asked.key
            """,
            row => _idempotency.Add((row.GetString(0), row.GetString(1))))
            .Texts(rows, row => row.Namespace).Texts(rows, row => row.Key);
    }

    private void ReadDocument(DbDataReader row) => _documents[row.GetString(0)] = row.GetInt64(1);

    private void LookForRuns(NpgsqlBatch batch, List<Commit> commits)
    {
        var ids = commits.Select(commit => commit.Run?.Row.Id).Concat(commits.Select(commit => commit.DeleteRun?.Run))
            .OfType<string>().Distinct().ToList();
        if (ids.Count == 0) return;
        Add(
            batch, "SELECT id, version, number FROM runs WHERE id = ANY($1) ORDER BY id FOR UPDATE",
            row => _runs[row.GetString(0)] = (row.GetInt64(1), row.GetInt64(2)))
            .Texts(ids);
    }

    private void LookForQueue(NpgsqlBatch batch, List<Commit> commits)
    {
        var steps = commits.SelectMany(commit => commit.Dequeue)
            .Concat(commits.SelectMany(commit => commit.Enqueue, (_, row) => new StepKey(row.Run, row.Step)))
            .Distinct().ToList();
        if (steps.Count == 0) return;
        Add(
            batch,
            """
            SELECT q.run, q.step FROM queue q
            JOIN unnest($1, $2) AS asked (run, step) ON q.run = asked.run AND q.step = asked.step
            ORDER BY q.run, q.step FOR UPDATE OF q
            """,
            row => _queue.Add(new StepKey(row.GetString(0), row.GetString(1))))
            .Texts(steps, step => step.Run).Texts(steps, step => step.Step);
    }

    private void LookForLeases(NpgsqlBatch batch, WriteGroup group)
    {
        var commits = group.Commits.Select(request => request.Commit).ToList();
        var claims = commits.SelectMany(commit => commit.Lease).ToList();
        var steps = commits.SelectMany(commit => commit.Unlease, (_, key) => new StepKey(key.Run, key.Step))
            .Concat(commits.SelectMany(commit => commit.Ended, (_, end) => new StepKey(end.Key.Run, end.Key.Step)))
            .Concat(claims.Select(row => new StepKey(row.Fence.Run, row.Fence.Step)))
            .Concat(group.Renewals.SelectMany(request => request.Fences, (_, f) => new StepKey(f.Run, f.Step)))
            .Distinct().ToList();
        if (steps.Count > 0)
        {
            Add(
                batch,
                """
                SELECT l.run, l.step, l.attempt, l.lease, l.agent, l.until FROM leases l
                JOIN unnest($1, $2) AS asked (run, step) ON l.run = asked.run AND l.step = asked.step
                ORDER BY l.run, l.step FOR UPDATE OF l
                """,
                ReadLease)
                .Texts(steps, step => step.Run).Texts(steps, step => step.Step);
        }

        if (claims.Count == 0) return;
        Add(
            batch,
            """
            SELECT l.agent, l.generation, l.number, l.ordinal, l.run, l.step, l.lease FROM leases l
            JOIN unnest($1, $2, $3, $4) AS asked (agent, generation, number, ordinal)
                ON l.agent = asked.agent AND l.generation = asked.generation AND l.number = asked.number
                    AND l.ordinal = asked.ordinal
            """,
            ReadClaim)
            .Texts(claims, row => row.Agent).Integers(claims, row => row.Nonce.Generation)
            .Integers(claims, row => row.Nonce.Number).Smalls(claims, row => row.Ordinal);
    }

    private void ReadLease(DbDataReader row)
    {
        var fence = new AttemptFence(row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetInt64(3));
        _leases[new StepKey(fence.Run, fence.Step)] = (fence, row.GetString(4), row.GetInt64(5));
    }

    private void ReadClaim(DbDataReader row) =>
        _claims[(row.GetString(0), new ClaimNonce(row.GetInt64(1), row.GetInt64(2)), row.GetInt32(3))] =
            new LeaseKey(row.GetString(4), row.GetString(5), row.GetInt64(6));

    private Arguments Add(NpgsqlBatch batch, string sql, Action<DbDataReader> read)
    {
        _readers.Add(read);
        return batch.Add(sql);
    }
}
