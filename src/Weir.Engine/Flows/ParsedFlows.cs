using Weir.Engine.Definitions;

namespace Weir.Engine.Flows;

/// <summary>
/// The definitions last read, by the key of their revision. Revisions never change, so nothing goes stale.
/// </summary>
internal sealed class ParsedFlows
{
    private const int Capacity = 256;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, FlowDefinition> _byKey = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public FlowDefinition? Find(string key)
    {
        lock (_gate) return _byKey.GetValueOrDefault(key);
    }

    public void Keep(string key, FlowDefinition definition)
    {
        lock (_gate)
        {
            if (!_byKey.TryAdd(key, definition)) return;
            _order.Enqueue(key);
            if (_order.Count > Capacity) _byKey.Remove(_order.Dequeue());
        }
    }
}
