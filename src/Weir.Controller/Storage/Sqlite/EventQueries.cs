using Weir.Engine.Storage;

namespace Weir.Controller.Storage.Sqlite;

internal sealed class EventQueries(Connection connection)
{
    private const string Select = "SELECT sequence, time, type, namespace, subject, json FROM events";

    private readonly Statement _after = connection.Prepare($"{Select} WHERE sequence > ? ORDER BY sequence LIMIT ?");
    private readonly Statement _ofSubject = connection.Prepare(
        $"{Select} WHERE subject = ? AND sequence > ? ORDER BY sequence LIMIT ?");

    private readonly Statement _last = connection.Prepare("SELECT max(sequence) FROM events");

    public IReadOnlyList<EventRow> Read(long after, string? subject, int limit) =>
        (subject is null ? _after : _ofSubject.Text(subject)).Integer(after).Integer(limit).Rows(
            row => new EventRow(
                row.IntegerAt(0), row.InstantAt(1), row.TextAt(2), row.TextAt(3), row.TextAt(4), row.TextAt(5)));

    public long Last()
    {
        var last = _last.Step() ? _last.IntegerAt(0) : 0;
        _last.Reset();
        return last;
    }
}
