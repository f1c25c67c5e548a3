using System.Globalization;
using System.Text.Json;
using Weir.Engine.Storage;

namespace Weir.Engine.DataTree;

/// <param name="Next">The id to go on after; null = there is no more.</param>
/// <param name="Partial">The time was over before the page was full.</param>
public sealed record NodesFound(IReadOnlyList<NodeRow> Nodes, string? Next, bool Partial)
{
    public long? Total { get; init; }
}

/// <summary>
/// Answers queries of nodes. What the store cannot answer by an index is looked at node by node, in parts and for a
/// limited time; the answer then says where to go on.
/// </summary>
public sealed class NodeFinder(IRecordStore records, TimeProvider time)
{
    private const int Part = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<NodesFound> FindAsync(NodeSearch search, CancellationToken cancellationToken)
    {
        var total = search.WithTotal ? await CountAsync(search, cancellationToken) : null;
        var (limit, start) = (search.Query.Limit, time.GetTimestamp());
        var found = new List<NodeRow>();
        var (query, skip) = (search.Query with { Limit = PartOf(search) }, search.Offset);
        while (true)
        {
            var part = await records.ListNodesAsync(query, cancellationToken);
            foreach (var row in part)
            {
                if (!Matches(search, row) || skip-- > 0) continue;
                if (found.Count == limit) return new NodesFound(found, found[^1].Id, false) { Total = total };
                found.Add(row);
            }

            if (part.Count < query.Limit) return new NodesFound(found, null, false) { Total = total };
            var last = part[^1].Id;
            query = query.NewestFirst ? query with { Before = last } : query with { After = last };
            if (time.GetElapsedTime(start) > Patience) return new NodesFound(found, last, true) { Total = total };
        }
    }

    /// <summary>How many there are; null when that takes too long to find out.</summary>
    public async Task<long?> CountAsync(NodeSearch search, CancellationToken cancellationToken)
    {
        if (search.Conditions.Count == 0) return await records.CountNodesAsync(search.Query, cancellationToken);
        var (count, start) = (0L, time.GetTimestamp());
        for (var query = search.Query with { Limit = Part, NewestFirst = false }; ;)
        {
            var part = await records.ListNodesAsync(query, cancellationToken);
            count += part.Count(row => Matches(search, row));
            if (part.Count < Part) return count;
            if (time.GetElapsedTime(start) > Patience) return null;
            query = query with { After = part[^1].Id };
        }
    }

    // one more than the page tells whether there is a next one
    private static int PartOf(NodeSearch search) =>
        search.Conditions.Count > 0 ? Part : Math.Min(Part, search.Query.Limit + search.Offset + 1);

    private static bool Matches(NodeSearch search, NodeRow row)
    {
        if (search.Conditions.Count == 0) return true;
        using var body = JsonDocument.Parse(row.Json);
        return search.Conditions.All(condition => condition.Holds(ValueOf(row, body.RootElement, condition.Field)));
    }

    private static JsonElement? ValueOf(NodeRow row, JsonElement body, IReadOnlyList<string> field) => field switch
    {
        ["id"] => Text(row.Id),
        ["name"] => Text(row.Name),
        ["kind"] => Text(row.Kind),
        ["owner"] => Text(row.Owner),
        ["namespace"] => Text(row.Namespace),
        ["parent"] => row.Parent is null ? null : Text(row.Parent),
        ["path"] => Text(string.Join('/', NodeViews.PathOf(row))),
        _ => Inner(body, field),
    };

    private static JsonElement? Inner(JsonElement value, IReadOnlyList<string> field)
    {
        foreach (var name in field)
        {
            if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var inner)) value = inner;
            else if (value.ValueKind == JsonValueKind.Array
                && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
                && at < value.GetArrayLength()) value = value[at];
            else return null;
        }

        return value;
    }

    private static JsonElement Text(string text) => JsonSerializer.SerializeToElement(text, NodeJson.Default.String);
}
