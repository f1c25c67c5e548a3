using Weir.Contracts.AgentProtocol;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Sqlite;

/// <summary>
/// What the writer's thread does inside its transaction. A commit's conditions are all looked at before its first
/// write, so a conflict leaves nothing to undo and does not disturb the others of the transaction.
/// </summary>
internal sealed class WriteStatements(Connection connection)
{
    private readonly DocumentStatements _documents = new(connection);
    private readonly RunStatements _runs = new(connection);
    private readonly QueueStatements _queue = new(connection);
    private readonly LeaseStatements _leases = new(connection);
    private readonly Statement _begin = connection.Prepare("BEGIN IMMEDIATE");
    private readonly Statement _commit = connection.Prepare("COMMIT");
    private readonly Statement _rollback = connection.Prepare("ROLLBACK");
    private readonly Statement _hasKey = connection.Prepare(
        "SELECT 1 FROM idempotency WHERE namespace = ? AND key = ?");
    private readonly Statement _addKey = connection.Prepare(
        "INSERT INTO idempotency (namespace, key, content_hash, run, created) VALUES (?, ?, ?, ?, ?)");

    private readonly Statement _addPlan = connection.Prepare(
        "INSERT INTO plans (digest, json) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING");

    private readonly Statement _addEvent = connection.Prepare(
        "INSERT INTO events (sequence, time, type, namespace, subject, json) VALUES (?, ?, ?, ?, ?, ?)");

    private readonly Statement _addNode = connection.Prepare(
        """
        INSERT INTO nodes (id, namespace, parent, lineage, path, name, kind, owner, created, json)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
        """);

    private long _lastEvent = connection.Number("SELECT max(sequence) FROM events");
    private long _lastEventBefore;

    public void Begin()
    {
        _lastEventBefore = _lastEvent;
        _begin.Run();
    }

    public void Commit() => _commit.Run();

    public void Rollback()
    {
        _lastEvent = _lastEventBefore;
        if (connection.InTransaction) _rollback.Run();
    }

    public CommitOutcome Apply(Commit commit)
    {
        foreach (var guard in commit.Unchanged)
        {
            if (_documents.Check(guard.Key, guard.Version) is { } moved) return moved;
        }

        foreach (var write in commit.Documents)
        {
            if (_documents.Check(write.Key, write.ExpectedVersion) is { } changed) return changed;
        }

        if (commit.Idempotency is { } key && _hasKey.Text(key.Namespace).Text(key.Key).Run())
            return new CommitOutcome.Conflict(ConflictKind.Idempotency, key.Key);
        var stored = commit.Run is { } run ? _runs.Find(run.Row.Id) : default;
        if (commit.Run is not null && stored.Version != commit.Run.ExpectedVersion)
            return new CommitOutcome.Conflict(ConflictKind.RunVersion, commit.Run.Row.Id);
        if (commit.DeleteRun is { } deletion && _runs.Find(deletion.Run).Version != deletion.ExpectedVersion)
            return new CommitOutcome.Conflict(ConflictKind.RunVersion, deletion.Run);
        return _queue.Check(commit) ?? _leases.Check(commit) ?? (CommitOutcome)Write(commit, stored);
    }

    public IReadOnlyList<bool> Renew(string agent, IReadOnlyList<AttemptFence> fences, DateTimeOffset until) =>
        [.. fences.Select(fence => _leases.Renew(agent, fence, until))];

    public void ExtendAll(DateTimeOffset until) => _leases.ExtendAll(until);

    private CommitOutcome.Committed Write(Commit commit, StoredRun stored)
    {
        foreach (var write in commit.Documents) _documents.Apply(write);
        if (commit.Idempotency is { } key)
            _addKey.Text(key.Namespace).Text(key.Key).Text(key.ContentHash).Text(key.Run).Instant(key.Created).Run();
        var number = commit.Run is { } run ? _runs.Apply(run, stored) : 0;
        if (commit.DeleteRun is { } deletion) _runs.Delete(deletion.Run);
        if (commit.Plan is { } plan) _addPlan.Text(plan.Digest).Text(plan.Json).Run();
        foreach (var step in commit.Steps) _runs.Put(step);
        _queue.Apply(commit);
        _leases.Apply(commit);
        foreach (var row in commit.Nodes) Add(row);
        foreach (var row in commit.Events) Append(row);
        return new CommitOutcome.Committed(number, commit.Events.Count == 0 ? 0 : _lastEvent);
    }

    private void Add(NodeRow row) => _addNode
        .Text(row.Id).Text(row.Namespace).Text(row.Parent).Text(row.Lineage).Text(row.Path).Text(row.Name)
            .Text(row.Kind).Text(row.Owner).Instant(row.Created).Text(row.Json).Run();

    private void Append(EventRow row) => _addEvent
        .Integer(++_lastEvent).Instant(row.Time).Text(row.Type).Text(row.Namespace).Text(row.Subject).Text(row.Json)
            .Run();
}
