using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Sqlite;

/// <summary>Where a stored run is; all zero when there is none.</summary>
internal readonly record struct StoredRun(long RowId, long Version, long Number);

internal sealed class RunStatements(Connection connection)
{
    private readonly Statement _find = connection.Prepare("SELECT rowid, version, number FROM runs WHERE id = ?");
    private readonly Statement _number = connection.Prepare(
        """
        INSERT INTO run_numbers (namespace, flow, last) VALUES (?, ?, 1)
        ON CONFLICT (namespace, flow) DO UPDATE SET last = last + 1 RETURNING last
        """);

    private readonly Statement _insert = connection.Prepare(
        """
        INSERT INTO runs (revision, status, reason, plan_digest, version, started, ended, due, json, round,
            id, namespace, flow, number, created)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """);

    private readonly Statement _update = connection.Prepare(
        """
        UPDATE runs SET revision = ?, status = ?, reason = ?, plan_digest = ?, version = ?, started = ?, ended = ?,
            due = ?, json = ?, round = ?
        WHERE rowid = ?
        """);

    private readonly Statement _putStep = connection.Prepare(
        """
        INSERT INTO steps (run, place, name, status, json) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (run, place) DO UPDATE SET name = excluded.name, status = excluded.status, json = excluded.json
        """);

    private readonly Statement[] _delete =
    [
        connection.Prepare("DELETE FROM runs WHERE id = ?"),
        connection.Prepare("DELETE FROM steps WHERE run = ?"),
        connection.Prepare("DELETE FROM queue WHERE run = ?"),
        connection.Prepare("DELETE FROM leases WHERE run = ?"),
    ];

    public StoredRun Find(string id)
    {
        var stored = _find.Text(id).Step()
            ? new StoredRun(_find.IntegerAt(0), _find.IntegerAt(1), _find.IntegerAt(2))
            : default;
        _find.Reset();
        return stored;
    }

    /// <summary>Gives the run's number.</summary>
    public long Apply(RunWrite write, StoredRun stored)
    {
        var row = write.Row;
        if (stored.RowId != 0)
        {
            Bind(_update, row, write.ExpectedVersion + 1).Integer(stored.RowId).Run();
            return stored.Number;
        }

        _number.Text(row.Namespace).Text(row.Flow).Step();
        var number = _number.IntegerAt(0);
        _number.Reset();
        Bind(_insert, row, write.ExpectedVersion + 1)
            .Text(row.Id).Text(row.Namespace).Text(row.Flow).Integer(number).Instant(row.Created).Run();
        return number;
    }

    public void Put(StepRow step) =>
        _putStep.Text(step.Run).Integer(step.Index).Text(step.Name).Integer((int)step.Status).Text(step.Json).Run();

    public void Delete(string id)
    {
        foreach (var statement in _delete) statement.Text(id).Run();
    }

    private static Statement Bind(Statement statement, RunRow row, long version) => statement
        .Integer((long?)row.Revision).Integer((int)row.Status).Integer((int)row.Reason).Text(row.PlanDigest)
        .Integer(version).Instant(row.Started).Instant(row.Ended).Instant(row.Due).Text(row.Json)
        .Integer(row.Round);
}
