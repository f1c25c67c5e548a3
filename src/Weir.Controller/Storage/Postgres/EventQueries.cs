using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Postgres;

internal sealed class EventQueries(Database database)
{
    private const string Select = "SELECT sequence, time, type, namespace, subject, json FROM events";

    public async ValueTask<IReadOnlyList<EventRow>> ReadAsync(
        long after, string? subject, int limit, CancellationToken cancellationToken) => await database.RowsAsync(
        subject is null
            ? $"{Select} WHERE sequence > $1 ORDER BY sequence LIMIT $2"
            : $"{Select} WHERE subject = $3 AND sequence > $1 ORDER BY sequence LIMIT $2",
        args =>
        {
            args.Integer(after).Integer(limit);
            if (subject is not null) args.Text(subject);
        },
        row => new EventRow(
            row.GetInt64(0), row.InstantAt(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5)),
        cancellationToken);

    public ValueTask<long> LastAsync(CancellationToken cancellationToken) => database.FirstAsync(
        "SELECT coalesce(max(sequence), 0) FROM events", _ => { }, row => row.GetInt64(0), cancellationToken);
}
