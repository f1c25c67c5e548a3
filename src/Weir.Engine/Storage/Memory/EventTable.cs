namespace Weir.Engine.Storage.Memory;

internal sealed class EventTable
{
    private readonly List<EventRow> _all = [];
    private readonly Dictionary<string, List<EventRow>> _subjects = new(StringComparer.Ordinal);

    public long Last => _all.Count;

    public void Append(EventRow row)
    {
        row = row with { Sequence = _all.Count + 1, Time = row.Time.Kept() };
        _all.Add(row);
        if (!_subjects.TryGetValue(row.Subject, out var rows)) _subjects[row.Subject] = rows = [];
        rows.Add(row);
    }

    public IReadOnlyList<EventRow> Read(long after, string? subject, int limit)
    {
        if (subject is null) return Range(_all, Math.Clamp(after, 0, _all.Count), limit);
        return _subjects.TryGetValue(subject, out var rows) ? Range(rows, CountThrough(rows, after), limit) : [];
    }

    private static List<EventRow> Range(List<EventRow> rows, long start, int limit) =>
        rows.GetRange((int)start, Math.Min(limit, rows.Count - (int)start));

    private static int CountThrough(List<EventRow> rows, long sequence)
    {
        var (low, high) = (0, rows.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (rows[middle].Sequence <= sequence) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
