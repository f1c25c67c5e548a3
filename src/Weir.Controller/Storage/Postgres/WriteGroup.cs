namespace Weir.Controller.Storage.Postgres;

/// <summary>Requests that share a transaction, as no two of them touch the same.</summary>
internal sealed class WriteGroup
{
    private const int Largest = 256;
    private readonly List<WriteRequest> _all = [];
    private readonly HashSet<object> _keys = [];

    public IReadOnlyList<WriteRequest> All => _all;

    public bool IsEmpty => _all.Count == 0;

    public IEnumerable<CommitRequest> Commits => _all.OfType<CommitRequest>();

    public IEnumerable<RenewalRequest> Renewals => _all.OfType<RenewalRequest>();

    public ExtensionRequest? Extension => _all is [ExtensionRequest extension] ? extension : null;

    public static WriteGroup Of(WriteRequest request)
    {
        var group = new WriteGroup();
        group.TryAdd(request);
        return group;
    }

    /// <summary>False when the request belongs into the next group.</summary>
    public bool TryAdd(WriteRequest request)
    {
        if (_all.Count == Largest || (_all.Count > 0 && (request is ExtensionRequest || Extension is not null)))
            return false;
        var keys = request.Keys.ToHashSet();
        if (_keys.Overlaps(keys)) return false;
        _keys.UnionWith(keys);
        _all.Add(request);
        return true;
    }

    public void Complete()
    {
        foreach (var request in _all) request.Complete();
    }

    public void Fail(Exception reason)
    {
        foreach (var request in _all) request.Fail(reason);
    }
}
