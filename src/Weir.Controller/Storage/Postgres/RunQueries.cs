using System.Data.Common;
using Weir.Contracts.Statuses;
using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Postgres;

internal sealed class RunQueries(Database database)
{
    private const string Select =
        """
        SELECT id, namespace, flow, number, revision, runs.status, reason, plan_digest, version, created, started, ended,
            due, runs.json, round
        """;

    /// <summary>Column of the step's place when steps are joined: one more than the run's own.</summary>
    private const int StepColumn = 15;

    private const string Filter =
        """
        id < $1 AND created >= $2 AND ((1 << status) & $3) <> 0 AND ($4 IS NULL OR namespace = $4)
            AND ($5 IS NULL OR flow = $5)
        ORDER BY id DESC LIMIT $6
        """;

    public ValueTask<RunRow?> GetAsync(string id, CancellationToken cancellationToken) => database.FirstAsync(
        $"{Select} FROM runs WHERE id = $1", args => args.Text(id), ReadRun, cancellationToken);

    /// <summary>One statement, so that run and steps are of one moment.</summary>
    public async ValueTask<RunRows?> LoadAsync(string id, CancellationToken cancellationToken)
    {
        RunRow? run = null;
        var steps = await database.RowsAsync(
            $"""
            {Select}, steps.place, steps.name, steps.status, steps.json
            FROM runs LEFT JOIN steps ON steps.run = runs.id WHERE runs.id = $1 ORDER BY steps.place
            """,
            args => args.Text(id),
            row =>
            {
                run ??= ReadRun(row);
                return row.IsDBNull(StepColumn) ? null : ReadStep(id, row);
            },
            cancellationToken);
        return run is null ? null : new RunRows(run, [.. steps.OfType<StepRow>()]);
    }

    public ValueTask<RunRow?> FindByNumberAsync(
        string @namespace, string flow, long number, CancellationToken cancellationToken) => database.FirstAsync(
        $"{Select} FROM runs WHERE namespace = $1 AND flow = $2 AND number = $3",
        args => args.Text(@namespace).Text(flow).Integer(number), ReadRun, cancellationToken);

    public async ValueTask<IReadOnlyList<RunRow>> FindBySuffixAsync(
        string @namespace, string suffix, CancellationToken cancellationToken) => await database.RowsAsync(
        $"""
        {Select} FROM runs WHERE namespace = $1 AND "right"(id, 1) = "right"($2, 1) AND "right"(id, length($2)) = $2
        ORDER BY id DESC LIMIT 2
        """,
        args => args.Text(@namespace).Text(suffix), ReadRun, cancellationToken);

    public async ValueTask<IReadOnlyList<RunRow>> ListAsync(RunQuery query, CancellationToken cancellationToken)
    {
        var mask = query.Statuses.Count == 0
            ? ~0
            : query.Statuses.Aggregate(0, (bits, status) => bits | (1 << (int)status));
        return await database.RowsAsync(
            $"{Select} FROM runs WHERE {Narrow(query)}{Filter}",
            args => args.Text(query.Before ?? "~")
                .Integer(query.CreatedSince?.ToUnixTimeMilliseconds() ?? long.MinValue).Small(mask)
                .Text(query.Namespace).Text(query.Flow).Integer(query.Limit),
            ReadRun, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<RunRow>> ListDueAsync(
        DateTimeOffset now, int limit, CancellationToken cancellationToken) => await database.RowsAsync(
        $"{Select} FROM runs WHERE due IS NOT NULL AND due <= $1 ORDER BY due, id LIMIT $2",
        args => args.Instant(now).Integer(limit), ReadRun, cancellationToken);

    public ValueTask<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) => database.FirstAsync(
        "SELECT min(due) FROM runs WHERE due IS NOT NULL", _ => { }, row => row.InstantOrNullAt(0), cancellationToken);

    public ValueTask<PlanRow?> GetPlanAsync(string digest, CancellationToken cancellationToken) => database.FirstAsync(
        "SELECT digest, json FROM plans WHERE digest = $1", args => args.Text(digest),
        row => new PlanRow(row.GetString(0), row.GetString(1)), cancellationToken);

    public ValueTask<IdempotencyRow?> GetIdempotencyAsync(
        string @namespace, string key, CancellationToken cancellationToken) => database.FirstAsync(
        "SELECT namespace, key, content_hash, run, created FROM idempotency WHERE namespace = $1 AND key = $2",
        args => args.Text(@namespace).Text(key),
        row => new IdempotencyRow(
            row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.InstantAt(4)),
        cancellationToken);

    /// <summary>
    /// Leads to the index that fits; runs that have not ended are few and all in the index of what is due, however many
    /// have ended.
    /// </summary>
    private static string Narrow(RunQuery query) => query switch
    {
        { Statuses.Count: > 0 } when !query.Statuses.Any(status => status.IsFinal()) => "due IS NOT NULL AND ",
        { Namespace: null } => "",
        { Flow: null } => "namespace = $4 AND ",
        _ => "namespace = $4 AND flow = $5 AND ",
    };

    private static StepRow ReadStep(string run, DbDataReader row) => new(
        run, row.GetInt32(StepColumn), row.GetString(StepColumn + 1), (RunStatus)row.GetInt16(StepColumn + 2),
        row.GetString(StepColumn + 3));

    private static RunRow ReadRun(DbDataReader row) =>
        new(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(13))
        {
            Number = row.GetInt64(3),
            Revision = row.IsDBNull(4) ? null : row.GetInt32(4),
            Status = (RunStatus)row.GetInt16(5),
            Reason = (ReasonCode)row.GetInt16(6),
            PlanDigest = row.GetString(7),
            Version = row.GetInt64(8),
            Created = row.InstantAt(9),
            Started = row.InstantOrNullAt(10),
            Ended = row.InstantOrNullAt(11),
            Due = row.InstantOrNullAt(12),
            Round = row.GetInt32(14),
        };
}
