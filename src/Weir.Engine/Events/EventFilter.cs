using System.Text.Json;
using Weir.Contracts.Events;
using Weir.Engine.Storage;

namespace Weir.Engine.Events;

/// <summary>Which events someone wants; everything that is set must hold.</summary>
/// <param name="Namespace">The one the reader may see.</param>
public sealed record EventFilter(string Namespace)
{
    /// <summary>Types, or their beginnings with a dot at the end (<c>node.</c>); empty = all.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];
    public string? Subject { get; init; }

    /// <summary>Texts among the event's data: <c>kind</c>, <c>name</c>, <c>owner</c>, <c>flow</c> …</summary>
    public IReadOnlyDictionary<string, string> Data { get; init; } = new Dictionary<string, string>();

    /// <summary>The first names of the path of a node.</summary>
    public IReadOnlyList<string> Path { get; init; } = [];

    public bool Lets(EventRow row)
    {
        if (row.Namespace != Namespace || (Subject is not null && row.Subject != Subject)) return false;
        if (Types.Count > 0 && !Types.Any(type => IsOf(row.Type, type))) return false;
        if (Data.Count == 0 && Path.Count == 0) return true;
        using var json = JsonDocument.Parse(row.Json);
        var data = json.RootElement;
        return Data.All(one => data.TryGetProperty(one.Key, out var value)
                && value.ValueKind == JsonValueKind.String && value.ValueEquals(one.Value))
            && IsBelow(data);
    }

    private static bool IsOf(string type, string wanted) =>
        wanted.EndsWith('.') ? type.StartsWith(wanted, StringComparison.Ordinal) : type == wanted;

    private bool IsBelow(JsonElement data) => Path.Count == 0
        || (data.TryGetProperty("path", out var path)
            && path.ValueKind == JsonValueKind.Array
            && path.GetArrayLength() >= Path.Count
            && Path.Select((name, i) => path[i].ValueEquals(name)).All(same => same));
}

/// <summary>Events as the API shows them.</summary>
public static class EventViews
{
    public static EventView Of(EventRow row)
    {
        using var json = JsonDocument.Parse(row.Json);
        return new EventView
        {
            Id = $"{row.Sequence}",
            Source = $"/namespaces/{row.Namespace}",
            Type = row.Type,
            Subject = row.Subject,
            Time = row.Time,
            Sequence = $"{row.Sequence:D20}",
            Data = json.RootElement.Clone(),
        };
    }
}
