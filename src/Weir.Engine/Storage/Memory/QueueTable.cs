namespace Weir.Engine.Storage.Memory;

internal sealed class QueueTable
{
    private static readonly Order ByTurn = new();
    private readonly Dictionary<StepKey, QueueRow> _entries = [];
    private readonly SortedDictionary<(string Namespace, string Shape), SortedSet<QueueRow>> _shapes = new(
        new ShapeOrder());

    public bool Has(StepKey key) => _entries.ContainsKey(key);

    public void Add(QueueRow row)
    {
        row = row with { Enqueued = row.Enqueued.Kept() };
        _entries.Add(new StepKey(row.Run, row.Step), row);
        if (!_shapes.TryGetValue((row.Namespace, row.Shape), out var entries))
            _shapes[(row.Namespace, row.Shape)] = entries = new SortedSet<QueueRow>(ByTurn);
        entries.Add(row);
    }

    public void Remove(StepKey key)
    {
        if (!_entries.Remove(key, out var row)) return;
        var entries = _shapes[(row.Namespace, row.Shape)];
        entries.Remove(row);
        if (entries.Count == 0) _shapes.Remove((row.Namespace, row.Shape));
    }

    public void RemoveRun(string run)
    {
        foreach (var key in _entries.Keys.Where(key => key.Run == run).ToList()) Remove(key);
    }

    public IReadOnlyList<QueueHead> Heads() =>
        [.. _shapes.Values.Select(entries => entries.Min!)
            .Select(head => new QueueHead(head.Namespace, head.Shape, head.Priority, head.Enqueued))];

    public IReadOnlyList<QueueRow> List(string @namespace, string shape, int limit) =>
        _shapes.TryGetValue((@namespace, shape), out var entries) ? [.. entries.Take(limit)] : [];

    private sealed class Order : IComparer<QueueRow>
    {
        public int Compare(QueueRow? x, QueueRow? y)
        {
            if (y!.Priority.CompareTo(x!.Priority) is not 0 and var priority) return priority;
            if (x.Enqueued.CompareTo(y.Enqueued) is not 0 and var enqueued) return enqueued;
            if (string.CompareOrdinal(x.Run, y.Run) is not 0 and var run) return run;
            return string.CompareOrdinal(x.Step, y.Step);
        }
    }

    private sealed class ShapeOrder : IComparer<(string Namespace, string Shape)>
    {
        public int Compare((string Namespace, string Shape) x, (string Namespace, string Shape) y) =>
            string.CompareOrdinal(x.Namespace, y.Namespace) is not 0 and var order
                ? order
                : string.CompareOrdinal(x.Shape, y.Shape);
    }
}
