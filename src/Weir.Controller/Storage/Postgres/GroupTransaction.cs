using System.Security.Cryptography;
using Npgsql;
using Weir.Engine.Signals;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Postgres;

/// <summary>
/// One try to write a group: two round trips. The first locks and reads what the conditions speak of; the second writes
/// all commits whose conditions hold, numbers their events under a lock that lasts to the end, and commits.
/// </summary>
internal sealed class GroupTransaction(
    WriteGroup group, string origin, BoundedCache<string, bool> plans, TimeProvider time)
{
    /// <summary>Names the lock under which events are numbered among all advisory locks of the database.</summary>
    private const long EventLock = 0x7765_6972_0002;

    private readonly Guid _id = new(RandomNumberGenerator.GetBytes(16));
    private readonly List<CommitRequest> _accepted = [];
    private readonly Dictionary<string, long> _numbers = new(StringComparer.Ordinal);

    /// <summary>True once the commit was sent: a connection that breaks from then on leaves its fate open.</summary>
    public bool MayBeDone { get; private set; }

    public bool HasEvents => _accepted.Exists(request => request.Commit.Events.Count > 0);

    public async Task RunAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var stored = await StoredRows.LockAsync(connection, group, cancellationToken);
        Judge(stored);
        await using var batch = new NpgsqlBatch(connection);
        var commits = _accepted.Select(request => request.Commit).ToList();
        var isNumbering = new GroupWrites(batch, commits, stored).AddRows(digest => plans.TryGet(digest, out _));
        AddRenewals(batch, stored);
        AddEvents(batch, commits);
        batch.Add(
            """
            INSERT INTO write_groups (id, last_event, abandoned, written)
            SELECT $1, coalesce(max(sequence), 0), false, $2 FROM events RETURNING last_event
            """)
            .Id(_id).Instant(time.GetUtcNow());
        batch.Add("COMMIT");
        MayBeDone = true;
        Answer(await ExecuteAsync(batch, isNumbering, cancellationToken));
    }

    /// <summary>
    /// Finds out on a new connection whether the transaction was committed, and answers as it would have. If it was
    /// not, it never will be: its row's key is taken.
    /// </summary>
    public async Task<bool> SettleAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            """
            INSERT INTO write_groups (id, last_event, abandoned, written) VALUES ($1, NULL, true, $2)
            ON CONFLICT (id) DO NOTHING
            """)
            .Id(_id).Instant(time.GetUtcNow());
        batch.Add("SELECT last_event FROM write_groups WHERE id = $1 AND NOT abandoned").Id(_id);
        batch.Add("SELECT id, number FROM runs WHERE id = ANY($1)")
            .Texts([.. _accepted.Select(request => request.Commit.Run?.Row.Id).OfType<string>()]);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await rows.ReadAsync(cancellationToken)) return false;
        var lastEvent = rows.GetInt64(0);
        await rows.NextResultAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) _numbers[rows.GetString(0)] = rows.GetInt64(1);
        Answer(lastEvent);
        return true;
    }

    private void Judge(StoredRows stored)
    {
        foreach (var request in group.Commits)
        {
            request.Answer = Conditions.Find(request.Commit, stored);
            if (request.Answer is not null) continue;
            Conditions.Require(request.Commit);
            _accepted.Add(request);
            if (request.Commit.Run is { } run) _numbers[run.Row.Id] = stored.Run(run.Row.Id).Number;
        }

        foreach (var request in group.Renewals)
            request.Answer = [.. request.Fences.Select(fence => stored.Holds(request.Agent, fence))];
        if (group.Extension is { } extension) extension.Answer = true;
    }

    private void AddRenewals(NpgsqlBatch batch, StoredRows stored)
    {
        var held = group.Renewals
            .SelectMany(request => request.Fences, (request, fence) => (request.Agent, request.Until, Fence: fence))
            .Where(renewal => stored.Holds(renewal.Agent, renewal.Fence)).Distinct().ToList();
        if (held.Count > 0)
        {
            batch.Add(
                """
                UPDATE leases SET until = given.until FROM unnest($1, $2, $3) AS given (run, step, until)
                WHERE leases.run = given.run AND leases.step = given.step AND leases.until < given.until
                """)
                .Texts(held, renewal => renewal.Fence.Run).Texts(held, renewal => renewal.Fence.Step)
                .Instants(held, renewal => renewal.Until);
        }

        if (group.Extension is { } extension)
            batch.Add("UPDATE leases SET until = $1 WHERE until < $1").Instant(extension.Until);
    }

    private void AddEvents(NpgsqlBatch batch, List<Commit> commits)
    {
        var events = commits.SelectMany(commit => commit.Events).ToList();
        if (events.Count == 0) return;
        batch.Add("SELECT pg_advisory_xact_lock($1)").Integer(EventLock);
        batch.Add(
            """
            INSERT INTO events (sequence, time, type, namespace, subject, json, origin)
            SELECT head.last + given.place, given.time, given.type, given.namespace, given.subject, given.json, $6
            FROM (SELECT coalesce(max(sequence), 0) AS last FROM events) AS head,
                unnest($1, $2, $3, $4, $5) WITH ORDINALITY AS given (time, type, namespace, subject, json, place)
            """)
            .Instants(events, row => row.Time).Texts(events, row => row.Type).Texts(events, row => row.Namespace)
            .Texts(events, row => row.Subject).Texts(events, row => row.Json).Text(origin);
    }

    private async Task<long> ExecuteAsync(NpgsqlBatch batch, bool isNumbering, CancellationToken cancellationToken)
    {
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        if (isNumbering)
        {
            while (await rows.ReadAsync(cancellationToken)) _numbers[rows.GetString(0)] = rows.GetInt64(1);
            await rows.NextResultAsync(cancellationToken);
        }

        if (HasEvents) await rows.NextResultAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        var lastEvent = rows.GetInt64(0);

        // the commit's own answer, or its failure, comes last
        while (await rows.NextResultAsync(cancellationToken))
        {
        }

        return lastEvent;
    }

    private void Answer(long lastEvent)
    {
        var last = lastEvent - _accepted.Sum(request => request.Commit.Events.Count);
        foreach (var request in _accepted)
        {
            last += request.Commit.Events.Count;
            request.Answer = new CommitOutcome.Committed(
                request.Commit.Run is { } run ? _numbers.GetValueOrDefault(run.Row.Id) : 0,
                request.Commit.Events.Count == 0 ? 0 : last);
            if (request.Commit.Plan is { } plan) plans.Put(plan.Digest, true);
        }
    }
}
