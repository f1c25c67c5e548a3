using Weir.Engine.Storage;

namespace Weir.Engine.Scheduling;

/// <summary>Which queue entries go first. Pure.</summary>
public static class FairShare
{
    /// <param name="entries">What the agent could take, in any order.</param>
    /// <param name="running">Leases by namespace; a namespace that is not named has none.</param>
    public static List<QueueRow> Pick(
        IEnumerable<QueueRow> entries, IReadOnlyDictionary<string, int> running, int slots)
    {
        var lanes = entries
            .GroupBy(e => e.Namespace)
            .Select(g => new Lane(g.Key, running.GetValueOrDefault(g.Key), new Queue<QueueRow>(InOrder(g))))
            .ToList();
        var picks = new List<QueueRow>(slots);
        while (picks.Count < slots && lanes.Count > 0)
        {
            var next = lanes.MinBy(l => (l.Load, l.Entries.Peek().Enqueued, l.Namespace))!;
            picks.Add(next.Entries.Dequeue());
            next.Load++;
            if (next.Entries.Count == 0) lanes.Remove(next);
        }

        return picks;
    }

    private static IEnumerable<QueueRow> InOrder(IEnumerable<QueueRow> entries) =>
        entries.OrderByDescending(e => e.Priority).ThenBy(e => e.Enqueued).ThenBy(e => e.Run).ThenBy(e => e.Step);

    private sealed class Lane(string @namespace, int load, Queue<QueueRow> entries)
    {
        public string Namespace => @namespace;
        public int Load { get; set; } = load;
        public Queue<QueueRow> Entries => entries;
    }
}
