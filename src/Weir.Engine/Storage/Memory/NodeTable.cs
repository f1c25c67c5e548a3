namespace Weir.Engine.Storage.Memory;

internal sealed class NodeTable
{
    private readonly SortedDictionary<string, NodeRow> _rows = new(StringComparer.Ordinal);

    /// <summary>A node that is there already is the same one: its id was derived from what made it.</summary>
    public void Add(NodeRow row) => _rows.TryAdd(row.Id, row with { Created = row.Created.Kept() });

    public NodeRow? Get(string id) => _rows.GetValueOrDefault(id);

    public IReadOnlyList<NodeRow> List(NodeQuery query)
    {
        var found = Find(query);
        return [.. (query.NewestFirst ? found.Reverse() : found).Take(query.Limit)];
    }

    public long Count(NodeQuery query) => Find(query).LongCount();

    private IEnumerable<NodeRow> Find(NodeQuery query) => _rows.Values.Where(row =>
        (query.Namespace is null || row.Namespace == query.Namespace)
        && (query.Name is null || row.Name == query.Name)
        && (query.Kind is null || row.Kind == query.Kind)
        && (query.Owner is null || row.Owner == query.Owner)
        && (query.Parent is null || row.Parent == query.Parent)
        && (!query.RootsOnly || row.Parent is null)
        && (query.Path is null || row.Path == query.Path)
        && (query.Under is null || row.Lineage.StartsWith(query.Under + "/", StringComparison.Ordinal))
        && (query.Depth is null || row.Lineage.Count(c => c == '/') < query.Depth)
        && (query.After is null || string.CompareOrdinal(row.Id, query.After) > 0)
        && (query.Before is null || string.CompareOrdinal(row.Id, query.Before) < 0));
}
