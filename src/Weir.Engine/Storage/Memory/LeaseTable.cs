using Weir.Contracts.AgentProtocol;

namespace Weir.Engine.Storage.Memory;

internal sealed class LeaseTable
{
    private static readonly ClaimOrder ByClaim = new();
    private readonly Dictionary<StepKey, LeaseRow> _leases = [];
    private readonly Dictionary<string, SortedSet<LeaseRow>> _agents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly SortedSet<LeaseRow> _ends = new(new EndOrder());

    public LeaseRow? Get(string run, string step) => _leases.GetValueOrDefault(new StepKey(run, step));

    public bool Has(LeaseKey key) => Get(key.Run, key.Step)?.Fence.Lease == key.Lease;

    public bool HasEnded(LeaseEnd end) =>
        Get(end.Key.Run, end.Key.Step) is { } row
        && row.Fence.Lease == end.Key.Lease
        && row.Until < end.Before.Kept();

    /// <summary>The lease that the agent has under that nonce and ordinal.</summary>
    public LeaseRow? FindClaim(LeaseRow row) =>
        _agents.TryGetValue(row.Agent, out var held) && held.TryGetValue(row, out var found) ? found : null;

    public void Add(LeaseRow row)
    {
        row = row with { Until = row.Until.Kept() };
        _leases.Add(new StepKey(row.Fence.Run, row.Fence.Step), row);
        if (!_agents.TryGetValue(row.Agent, out var held)) _agents[row.Agent] = held = new SortedSet<LeaseRow>(ByClaim);
        held.Add(row);
        _ends.Add(row);
        _counts[row.Namespace] = _counts.GetValueOrDefault(row.Namespace) + 1;
    }

    public void Remove(StepKey key)
    {
        if (!_leases.Remove(key, out var row)) return;
        var held = _agents[row.Agent];
        held.Remove(row);
        if (held.Count == 0) _agents.Remove(row.Agent);
        _ends.Remove(row);
        if (--_counts[row.Namespace] == 0) _counts.Remove(row.Namespace);
    }

    public void RemoveRun(string run)
    {
        foreach (var key in _leases.Keys.Where(key => key.Run == run).ToList()) Remove(key);
    }

    public IReadOnlyList<LeaseRow> List(string agent) => _agents.TryGetValue(agent, out var held) ? [.. held] : [];

    public IReadOnlyList<LeaseRow> ListExpired(DateTimeOffset now, int limit)
    {
        var end = now.Kept();
        return [.. _ends.TakeWhile(row => row.Until < end).Take(limit)];
    }

    public IReadOnlyDictionary<string, int> Count() => new Dictionary<string, int>(_counts, StringComparer.Ordinal);

    public bool Renew(string agent, AttemptFence fence, DateTimeOffset until)
    {
        if (Get(fence.Run, fence.Step) is not { } row || row.Agent != agent || row.Fence != fence) return false;
        Prolong(row, until);
        return true;
    }

    public void ExtendAll(DateTimeOffset until)
    {
        foreach (var row in _leases.Values.ToList()) Prolong(row, until);
    }

    private void Prolong(LeaseRow row, DateTimeOffset until)
    {
        if (row.Until >= until.Kept()) return;
        Remove(new StepKey(row.Fence.Run, row.Fence.Step));
        Add(row with { Until = until });
    }

    private sealed class ClaimOrder : IComparer<LeaseRow>
    {
        public int Compare(LeaseRow? x, LeaseRow? y) =>
            x!.Nonce.CompareTo(y!.Nonce) is not 0 and var order ? order : x.Ordinal.CompareTo(y.Ordinal);
    }

    private sealed class EndOrder : IComparer<LeaseRow>
    {
        public int Compare(LeaseRow? x, LeaseRow? y)
        {
            if (x!.Until.CompareTo(y!.Until) is not 0 and var until) return until;
            if (string.CompareOrdinal(x.Fence.Run, y.Fence.Run) is not 0 and var run) return run;
            return string.CompareOrdinal(x.Fence.Step, y.Fence.Step);
        }
    }
}
