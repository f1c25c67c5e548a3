using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Postgres;

internal sealed class QueueQueries(Database database)
{
    /// <summary>
    /// Leaps from one namespace and shape to the next in the index: the work is by the number of shapes, not of
    /// entries.
    /// </summary>
    private const string HeadsSql =
        """
        WITH RECURSIVE
        spaces (name) AS (
            SELECT min(namespace) FROM queue
            UNION ALL
            SELECT (SELECT min(namespace) FROM queue WHERE namespace > spaces.name) FROM spaces WHERE name IS NOT NULL
        ),
        heads (name, form) AS (
            SELECT name, (SELECT min(shape) FROM queue WHERE namespace = spaces.name) FROM spaces WHERE name IS NOT NULL
            UNION ALL
            SELECT name, (SELECT min(shape) FROM queue WHERE namespace = heads.name AND shape > heads.form)
            FROM heads WHERE form IS NOT NULL
        )
        SELECT heads.name, heads.form, first.priority, first.enqueued
        FROM heads CROSS JOIN LATERAL (
            SELECT priority, enqueued FROM queue WHERE namespace = heads.name AND shape = heads.form
            ORDER BY priority DESC, enqueued LIMIT 1) AS first
        WHERE heads.form IS NOT NULL ORDER BY heads.name, heads.form
        """;

    public async ValueTask<IReadOnlyList<QueueHead>> HeadsAsync(CancellationToken cancellationToken) =>
        await database.RowsAsync(
            HeadsSql, _ => { },
            row => new QueueHead(row.GetString(0), row.GetString(1), row.GetInt32(2), row.InstantAt(3)),
            cancellationToken);

    public async ValueTask<IReadOnlyList<QueueRow>> ListAsync(
        string @namespace, string shape, int limit, CancellationToken cancellationToken) => await database.RowsAsync(
        """
        SELECT run, step, namespace, shape, priority, enqueued FROM queue WHERE namespace = $1 AND shape = $2
        ORDER BY priority DESC, enqueued, run, step LIMIT $3
        """,
        args => args.Text(@namespace).Text(shape).Integer(limit),
        row => new QueueRow(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3))
        {
            Priority = row.GetInt32(4),
            Enqueued = row.InstantAt(5),
        },
        cancellationToken);
}
