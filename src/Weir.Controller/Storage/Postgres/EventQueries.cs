using System.Data.Common;
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
        Read, cancellationToken);

    public async ValueTask<IReadOnlyList<EventRow>> ReadNewsAsync(
        (long After, long Through) range, string origin, int limit, CancellationToken cancellationToken) =>
        await database.RowsAsync(
            $"{Select} WHERE sequence > $1 AND sequence <= $2 AND origin <> $3 ORDER BY sequence LIMIT $4",
            args => args.Integer(range.After).Integer(range.Through).Text(origin).Integer(limit), Read,
            cancellationToken);

    public ValueTask<long> LastAsync(CancellationToken cancellationToken) => database.FirstAsync(
        "SELECT coalesce(max(sequence), 0) FROM events", _ => { }, row => row.GetInt64(0), cancellationToken);

    private static EventRow Read(DbDataReader row) => new(
        row.GetInt64(0), row.InstantAt(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5));
}
