using Weir.Contracts.Statuses;
using Weir.Engine.Running;
using Weir.Engine.Storage;

namespace Weir.Testing.Simulation;

/// <summary>Of each concurrency group one run is under way at a time, and none waits for a free one.</summary>
internal sealed class SimGroups(SimWorld world)
{
    private static readonly TimeSpan LongestFree = TimeSpan.FromSeconds(60);
    private readonly Dictionary<string, HashSet<string>> _underWay = [];
    private readonly Dictionary<string, HashSet<string>> _waiting = [];
    private readonly Dictionary<string, DateTimeOffset> _freeSince = [];

    public void Moved(RunRow row)
    {
        var details = RunCodec.ReadDetails(row);
        if (details.Group is not { } group) return;
        var (underWay, waiting) = (MembersOf(_underWay, group), MembersOf(_waiting, group));
        underWay.Remove(row.Id);
        waiting.Remove(row.Id);
        if (!row.Status.IsFinal()) (details.WaitsForGroup ? waiting : underWay).Add(row.Id);
        if (underWay.Count > 1) world.Break($"{string.Join(" and ", underWay)} are both under way in {group}");
        if (underWay.Count > 0 || waiting.Count == 0) _freeSince.Remove(group);
        else _freeSince.TryAdd(group, world.Clock.GetUtcNow());
    }

    /// <summary>Asked once the faults have stopped, with the instant since which everything has been up.</summary>
    public void Check(DateTimeOffset wellSince)
    {
        foreach (var (group, since) in _freeSince)
        {
            var free = world.Clock.GetUtcNow() - (since > wellSince ? since : wellSince);
            if (free > LongestFree) world.Break($"{_waiting[group].First()} waits for {group}, which nobody holds");
        }
    }

    private static HashSet<string> MembersOf(Dictionary<string, HashSet<string>> groups, string group) =>
        groups.TryGetValue(group, out var members) ? members : groups[group] = [];
}
