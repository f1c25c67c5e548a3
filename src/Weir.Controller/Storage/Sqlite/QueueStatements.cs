using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Sqlite;

internal sealed class QueueStatements(Connection connection)
{
    private readonly Statement _has = connection.Prepare("SELECT 1 FROM queue WHERE run = ? AND step = ?");
    private readonly Statement _remove = connection.Prepare("DELETE FROM queue WHERE run = ? AND step = ?");
    private readonly Statement _add = connection.Prepare(
        "INSERT INTO queue (run, step, namespace, shape, priority, enqueued) VALUES (?, ?, ?, ?, ?, ?)");

    public CommitOutcome.Conflict? Check(Commit commit)
    {
        foreach (var key in commit.Dequeue)
        {
            if (!Has(key)) return Conflict(key);
        }

        foreach (var row in commit.Enqueue)
        {
            var key = new StepKey(row.Run, row.Step);
            if (Has(key) && !commit.Dequeue.Contains(key)) return Conflict(key);
        }

        return null;
    }

    public void Apply(Commit commit)
    {
        foreach (var key in commit.Dequeue) _remove.Text(key.Run).Text(key.Step).Run();
        foreach (var row in commit.Enqueue)
        {
            _add.Text(row.Run).Text(row.Step).Text(row.Namespace).Text(row.Shape)
                .Integer(row.Priority).Instant(row.Enqueued).Run();
        }
    }

    private bool Has(StepKey key) => _has.Text(key.Run).Text(key.Step).Run();

    private static CommitOutcome.Conflict Conflict(StepKey key) =>
        new(ConflictKind.QueueEntry, $"{key.Run}/{key.Step}");
}
