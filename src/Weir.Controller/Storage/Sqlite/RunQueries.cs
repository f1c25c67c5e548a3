using Weir.Contracts.Statuses;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Sqlite;

internal sealed class RunQueries(Connection connection)
{
    private const string Columns =
        "id, namespace, flow, number, revision, status, reason, plan_digest, version, created, started, ended, due, json, "
        + "round";

    /// <summary>Column of the step's place when steps are joined: one more than the run's own.</summary>
    private const int StepColumn = 15;

    private const string Filter =
        """
        id < ?1 AND created >= ?2 AND (1 << status) & ?3 AND (?4 IS NULL OR namespace = ?4) AND (?5 IS NULL OR flow = ?5)
        ORDER BY id DESC LIMIT ?6
        """;

    private readonly Statement _get = connection.Prepare($"SELECT {Columns} FROM runs WHERE id = ?");

    /// <summary>One statement, so that run and steps are of one moment.</summary>
    private readonly Statement _load = connection.Prepare(
        $"""
        SELECT {string.Join(", ", Columns.Split(", ").Select(column => "runs." + column))},
            steps.place, steps.name, steps.status, steps.json
        FROM runs LEFT JOIN steps ON steps.run = runs.id WHERE runs.id = ? ORDER BY steps.place
        """);

    private readonly Statement _byNumber = connection.Prepare(
        $"SELECT {Columns} FROM runs WHERE namespace = ? AND flow = ? AND number = ?");

    private readonly Statement _bySuffix = connection.Prepare(
        $"""
        SELECT {Columns} FROM runs INDEXED BY runs_by_last_letter
        WHERE namespace = ?1 AND substr(id, -1) = substr(?2, -1) AND substr(id, -length(?2)) = ?2
        ORDER BY id DESC LIMIT 2
        """);

    private readonly Statement _all = connection.Prepare($"SELECT {Columns} FROM runs WHERE {Filter}");
    private readonly Statement _ofNamespace = connection.Prepare(
        $"SELECT {Columns} FROM runs INDEXED BY runs_by_namespace WHERE namespace = ?4 AND {Filter}");

    private readonly Statement _ofFlow = connection.Prepare(
        $"SELECT {Columns} FROM runs INDEXED BY runs_by_flow WHERE namespace = ?4 AND flow = ?5 AND {Filter}");

    private readonly Statement _open = connection.Prepare(
        $"SELECT {Columns} FROM runs INDEXED BY runs_due WHERE due IS NOT NULL AND {Filter}");

    private readonly Statement _due = connection.Prepare(
        $"SELECT {Columns} FROM runs WHERE due IS NOT NULL AND due <= ? ORDER BY due, id LIMIT ?");

    private readonly Statement _nextDue = connection.Prepare(
        "SELECT due FROM runs WHERE due IS NOT NULL ORDER BY due LIMIT 1");

    private readonly Statement _plan = connection.Prepare("SELECT digest, json FROM plans WHERE digest = ?");
    private readonly Statement _idempotency = connection.Prepare(
        "SELECT namespace, key, content_hash, run, created FROM idempotency WHERE namespace = ? AND key = ?");

    public RunRow? Get(string id) => _get.Text(id).First(ReadRun);

    public RunRows? Load(string id)
    {
        RunRow? run = null;
        var steps = new List<StepRow>();
        try
        {
            _load.Text(id);
            while (_load.Step())
            {
                run ??= ReadRun(_load);
                if (!_load.IsNullAt(StepColumn)) steps.Add(ReadStep(id));
            }
        }
        finally
        {
            _load.Reset();
        }

        return run is null ? null : new RunRows(run, steps);
    }

    public RunRow? FindByNumber(string @namespace, string flow, long number) =>
        _byNumber.Text(@namespace).Text(flow).Integer(number).First(ReadRun);

    public IReadOnlyList<RunRow> FindBySuffix(string @namespace, string suffix) =>
        _bySuffix.Text(@namespace).Text(suffix).Rows(ReadRun);

    public IReadOnlyList<RunRow> List(RunQuery query)
    {
        var mask = query.Statuses.Count == 0
            ? ~0L
            : query.Statuses.Aggregate(0L, (bits, status) => bits | (1L << (int)status));
        return Choose(query)
            .Text(query.Before ?? "~").Integer(
                query.CreatedSince?.ToUnixTimeMilliseconds() ?? long.MinValue).Integer(mask)
            .Text(query.Namespace).Text(query.Flow).Integer(query.Limit).Rows(ReadRun);
    }

    public IReadOnlyList<RunRow> ListDue(DateTimeOffset now, int limit) =>
        _due.Instant(now).Integer(limit).Rows(ReadRun);

    public DateTimeOffset? NextDue()
    {
        DateTimeOffset? due = _nextDue.Step() ? _nextDue.InstantAt(0) : null;
        _nextDue.Reset();
        return due;
    }

    public PlanRow? GetPlan(string digest) =>
        _plan.Text(digest).First(row => new PlanRow(row.TextAt(0), row.TextAt(1)));

    public IdempotencyRow? GetIdempotency(string @namespace, string key) => _idempotency.Text(@namespace).Text(key)
        .First(row => new IdempotencyRow(row.TextAt(0), row.TextAt(1), row.TextAt(2), row.TextAt(3), row.InstantAt(4)));

    /// <summary>
    /// Runs that have not ended are few and all in the index of what is due, however many have ended.
    /// </summary>
    private Statement Choose(RunQuery query) => query switch
    {
        { Statuses.Count: > 0 } when !query.Statuses.Any(status => status.IsFinal()) => _open,
        { Namespace: null } => _all,
        { Flow: null } => _ofNamespace,
        _ => _ofFlow,
    };

    private StepRow ReadStep(string run) => new(
        run, _load.SmallAt(StepColumn), _load.TextAt(StepColumn + 1), (RunStatus)_load.SmallAt(StepColumn + 2),
        _load.TextAt(StepColumn + 3));

    private static RunRow ReadRun(Statement row) => new(row.TextAt(0), row.TextAt(1), row.TextAt(2), row.TextAt(13))
    {
        Number = row.IntegerAt(3),
        Revision = row.IsNullAt(4) ? null : row.SmallAt(4),
        Status = (RunStatus)row.SmallAt(5),
        Reason = (ReasonCode)row.SmallAt(6),
        PlanDigest = row.TextAt(7),
        Version = row.IntegerAt(8),
        Created = row.InstantAt(9),
        Started = row.InstantOrNullAt(10),
        Ended = row.InstantOrNullAt(11),
        Due = row.InstantOrNullAt(12),
        Round = row.SmallAt(14),
    };
}
