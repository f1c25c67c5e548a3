namespace Weir.Engine.Storage.Memory;

internal sealed class DocumentTable
{
    private readonly Dictionary<string, Document> _documents = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _keys = new(StringComparer.Ordinal);

    public Document? Get(string key) => _documents.GetValueOrDefault(key);

    public CommitOutcome.Conflict? Check(string key, long version) =>
        (Get(key)?.Version ?? 0) == version
            ? null
            : new CommitOutcome.Conflict(ConflictKind.DocumentVersion, key);

    public void Apply(DocumentWrite write)
    {
        if (write.Json is null)
        {
            _documents.Remove(write.Key);
            _keys.Remove(write.Key);
            return;
        }

        _documents[write.Key] = new Document(write.Key, write.ExpectedVersion + 1, write.Json);
        _keys.Add(write.Key);
    }

    public IReadOnlyList<Document> List(string prefix, string? after, int limit)
    {
        var from = after is not null && string.CompareOrdinal(after, prefix) > 0 ? after : prefix;
        var found = new List<Document>();
        if (_keys.Max is not { } last || string.CompareOrdinal(from, last) > 0) return found;
        foreach (var key in _keys.GetViewBetween(from, last))
        {
            if (found.Count >= limit || !key.StartsWith(prefix, StringComparison.Ordinal)) break;
            if (key != after) found.Add(_documents[key]);
        }

        return found;
    }
}
