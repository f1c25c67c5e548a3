using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Agents;
using Weir.Engine.Scheduling;

namespace Weir.Engine.Agents;

/// <summary>
/// A known agent in memory: the stored record, swapped whole at each change, and what was heard since. Readers take the
/// identity without a lock or a read of the store.
/// </summary>
public sealed class AgentEntry
{
    private volatile Stored _stored;
    private const int MostWords = 300;
    private volatile Offer _offer;
    private volatile string? _paused;
    private long _seen;
    private long _here;

    internal AgentEntry(AgentRecord record, long version)
    {
        _stored = new Stored(record, version, IdentityOf(record));
        _offer = new Offer(record.Host, record.Runtimes, record.Slots);
        _seen = record.LastSeen?.ToUnixTimeMilliseconds() ?? 0;
    }

    public string Id => _stored.Record.Id;
    public string Name => _stored.Record.Name;
    public AgentState State => _stored.Record.State;
    public AgentIdentity Identity => _stored.Identity;

    /// <summary>When a request of it was last accepted.</summary>
    public DateTimeOffset? LastSeen =>
        Interlocked.Read(ref _seen) is var seen and > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(seen) : null;

    internal AgentRecord Record => _stored.Record;
    internal long Version => _stored.Version;

    /// <summary>The record with what was heard since it was stored.</summary>
    internal AgentRecord Current =>
        Record with { LastSeen = LastSeen, Host = _offer.Host, Runtimes = _offer.Runtimes, Slots = _offer.Slots };

    /// <summary>A request of it came to this controller.</summary>
    public void Heard(DateTimeOffset now)
    {
        Interlocked.Exchange(ref _here, now.ToUnixTimeMilliseconds());
        HeardElsewhere(now);
    }

    /// <summary>Another controller said so.</summary>
    public void HeardElsewhere(DateTimeOffset now) => Interlocked.Exchange(ref _seen, now.ToUnixTimeMilliseconds());

    public bool IsHeardHere(DateTimeOffset now, TimeSpan within) =>
        now.ToUnixTimeMilliseconds() - Interlocked.Read(ref _here) <= within.TotalMilliseconds;

    /// <summary>Why it takes nothing new, as it said last; null when it does.</summary>
    public string? Paused => _paused;

    /// <summary>Takes in what a renewal says of its agent.</summary>
    public void Heard(RenewRequest renewal) =>
        _paused = renewal.Paused is { Length: > MostWords } words ? words[..MostWords] : renewal.Paused;

    /// <summary>Takes in what a claim says of its agent.</summary>
    public void Heard(ClaimRequest claim)
    {
        var known = _offer;
        if (claim.Runtimes.SequenceEqual(known.Runtimes) && (claim.Host.Count == 0 || Same(claim.Host, known.Host)))
            return;
        if (AgentRules.CheckOffer(claim.Host, claim.Runtimes).Count > 0) return;
        _offer = known with { Host = claim.Host.Count == 0 ? known.Host : claim.Host, Runtimes = claim.Runtimes };
    }

    public AgentView View(DateTimeOffset now, TimeSpan lease, int busy)
    {
        var record = Current;
        return new AgentView
        {
            Id = record.Id,
            Name = record.Name,
            State = record.State,
            Online = record.LastSeen is { } seen && now - seen <= lease && record.State != AgentState.Revoked,
            LastSeen = record.LastSeen,
            Enrolled = record.Enrolled,
            Labels = record.Labels,
            Host = record.Host,
            Namespaces = record.Namespaces,
            Runtimes = record.Runtimes,
            Slots = record.Slots,
            Busy = busy,
            Paused = _paused,
        };
    }

    internal void Replace(AgentRecord record, long version) =>
        _stored = new Stored(record, version, IdentityOf(record));

    internal void Heard(EnrolRequest request) => _offer = new Offer(request.Host, request.Runtimes, request.Slots);

    private static bool Same(IReadOnlyDictionary<string, string> left, IReadOnlyDictionary<string, string> right) =>
        left.Count == right.Count
            && left.All(pair => right.TryGetValue(pair.Key, out var value) && value == pair.Value);

    private AgentIdentity IdentityOf(AgentRecord record) => new(record.Id, record.Name)
    {
        Labels = record.Labels,
        Namespaces = record.Namespaces,
        PublicKey = Convert.FromBase64String(record.PublicKey),
        Draining = record.State is AgentState.Draining or AgentState.Revoked,
        IsShutOut = record.State == AgentState.Revoked,
        Newest = () => _stored.Identity,
        Host = () => _offer.Host,
    };

    private sealed record Stored(AgentRecord Record, long Version, AgentIdentity Identity);

    private sealed record Offer(IReadOnlyDictionary<string, string> Host, IReadOnlyList<string> Runtimes, int Slots);
}
