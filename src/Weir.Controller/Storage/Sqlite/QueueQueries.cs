using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Sqlite;

internal sealed class QueueQueries(Connection connection)
{
    /// <summary>
    /// Leaps from one namespace and shape to the next in the index: the work is by the number of shapes, not of
    /// entries.
    /// </summary>
    public const string HeadsSql =
        """
        WITH RECURSIVE
        spaces (name) AS (
            SELECT min(namespace) FROM queue
            UNION ALL
            SELECT (SELECT min(namespace) FROM queue WHERE namespace > name) FROM spaces WHERE name IS NOT NULL
        ),
        heads (name, form) AS (
            SELECT name, (SELECT min(shape) FROM queue WHERE namespace = name) FROM spaces WHERE name IS NOT NULL
            UNION ALL
            SELECT name, (SELECT min(shape) FROM queue WHERE namespace = name AND shape > form)
            FROM heads WHERE form IS NOT NULL
        )
        SELECT name, form,
            (SELECT priority FROM queue WHERE namespace = name AND shape = form ORDER BY priority DESC, enqueued LIMIT 1),
            (SELECT enqueued FROM queue WHERE namespace = name AND shape = form ORDER BY priority DESC, enqueued LIMIT 1)
        FROM heads WHERE form IS NOT NULL ORDER BY name, form
        """;

    private readonly Statement _heads = connection.Prepare(HeadsSql);
    private readonly Statement _list = connection.Prepare(
        """
        SELECT run, step, namespace, shape, priority, enqueued FROM queue WHERE namespace = ? AND shape = ?
        ORDER BY priority DESC, enqueued, run, step LIMIT ?
        """);

    public IReadOnlyList<QueueHead> Heads() => _heads.Rows(
        row => new QueueHead(row.TextAt(0), row.TextAt(1), row.SmallAt(2), row.InstantAt(3)));

    public IReadOnlyList<QueueRow> List(string @namespace, string shape, int limit) =>
        _list.Text(@namespace).Text(shape).Integer(limit).Rows(
            row => new QueueRow(row.TextAt(0), row.TextAt(1), row.TextAt(2), row.TextAt(3))
            {
                Priority = row.SmallAt(4),
                Enqueued = row.InstantAt(5),
            });
}
