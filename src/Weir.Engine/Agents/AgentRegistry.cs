using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Weir.Contracts.Agents;
using Weir.Engine.Identity;
using Weir.Engine.Storage;

namespace Weir.Engine.Agents;

/// <summary>
/// The agents that enrolled: who they are, what an admin lets them do. All are held in memory, so that a request of an
/// agent is judged without reading the store; every change is stored first. When an agent was last heard is stored now
/// and then.
/// </summary>
public sealed class AgentRegistry(IRecordStore records, IDocumentStore documents, IdSource ids, TimeProvider time)
{
    public const int MaxAgents = 10_000;
    private const int MaxPending = 1_000;
    private const int MaxTries = 16;
    private static readonly TimeSpan SeenStoredEvery = TimeSpan.FromMinutes(5);
    private readonly ConcurrentDictionary<string, AgentEntry> _agents = new(StringComparer.Ordinal);
    private readonly JoinTokens _joinTokens = new(records, documents, ids, time);

    public JoinTokens JoinTokens => _joinTokens;

    /// <summary>All agents, oldest first.</summary>
    public IEnumerable<AgentEntry> All => _agents.Values.OrderBy(agent => agent.Id, StringComparer.Ordinal);

    /// <summary>Reads every agent into memory; before anything else is asked.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        string? after = null;
        while (await documents.ListAsync("agents/", after, 500, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var document in page) Take(document);
            after = page[^1].Key;
        }
    }

    /// <summary>
    /// The agent as it is stored now; null when there is none. Another controller may have changed it.
    /// </summary>
    public async Task<AgentEntry?> RefreshAsync(string id, CancellationToken cancellationToken) =>
        await documents.GetAsync(Key(id), cancellationToken) is { } stored ? Take(stored) : null;

    public AgentEntry? Find(string id) => _agents.GetValueOrDefault(id);

    /// <summary>By id, by a suffix of ≥ 6 characters or by name, when only one fits.</summary>
    public AgentEntry? FindByHandle(string handle)
    {
        if (Find(handle) is { } exact) return exact;
        var named = _agents.Values.Where(
            agent => agent.Name == handle && agent.State != AgentState.Revoked).Take(2).ToList();
        if (named.Count == 1) return named[0];
        if (handle.Length < 6) return null;
        var ending = _agents.Values.Where(
            agent => agent.Id.EndsWith(handle, StringComparison.Ordinal)).Take(2).ToList();
        return ending.Count == 1 ? ending[0] : null;
    }

    /// <summary>
    /// Introduces an agent whose possession of the key was proved. The same key gives the same agent; a pending agent
    /// that comes back with a good join token becomes active.
    /// </summary>
    public async Task<EnrolOutcome> EnrolAsync(EnrolRequest request, CancellationToken cancellationToken)
    {
        if (AgentRules.Check(request) is { Count: > 0 } problems) return new EnrolOutcome.Invalid(problems);
        for (var i = 0; i < MaxTries; i++)
        {
            if (await TryEnrolAsync(request, cancellationToken) is { } outcome) return outcome;
        }

        throw new StoreUnavailableException("enrolment met too many concurrent changes");
    }

    public Task<AgentChangeOutcome> ApproveAsync(string agent, CancellationToken cancellationToken) =>
        ChangeAsync(
            agent, "agent.approved", AgentState.Active, [AgentState.Pending, AgentState.Active], cancellationToken);

    public Task<AgentChangeOutcome> DrainAsync(string agent, CancellationToken cancellationToken) =>
        ChangeAsync(
            agent, "agent.draining", AgentState.Draining, [AgentState.Active, AgentState.Draining], cancellationToken);

    public Task<AgentChangeOutcome> ResumeAsync(string agent, CancellationToken cancellationToken) =>
        ChangeAsync(
            agent, "agent.resumed", AgentState.Active, [AgentState.Active, AgentState.Draining], cancellationToken);

    public Task<AgentChangeOutcome> RevokeAsync(string agent, CancellationToken cancellationToken) =>
        ChangeAsync(agent, "agent.revoked", AgentState.Revoked, Enum.GetValues<AgentState>(), cancellationToken);

    public async Task<AgentChangeOutcome> UpdateAsync(
        string agent, UpdateAgentRequest request, CancellationToken cancellationToken)
    {
        var problems = AgentRules.CheckRights(
            request.Labels ?? new Dictionary<string, string>(), request.Namespaces ?? []);
        if (problems.Count > 0) return new AgentChangeOutcome.Invalid(problems);
        return await EditAsync(
            agent,
            "agent.updated",
            record => record with
            {
                Labels = request.Labels ?? record.Labels,
                Namespaces = request.Namespaces ?? record.Namespaces,
            },
            cancellationToken);
    }

    /// <summary>Stores when agents were last heard, for those whose stored time is old.</summary>
    public async Task StoreSeenAsync(CancellationToken cancellationToken)
    {
        foreach (var agent in _agents.Values)
        {
            if (agent.LastSeen - (agent.Record.LastSeen ?? DateTimeOffset.MinValue) < SeenStoredEvery) continue;
            await CommitAsync(agent, agent.Current, change: null, cancellationToken);
        }
    }

    private async Task<EnrolOutcome?> TryEnrolAsync(EnrolRequest request, CancellationToken cancellationToken)
    {
        var keyDocument = "agent-keys/" + HashOf(request.PublicKey);
        var known = await KnownAsync(keyDocument, cancellationToken);
        if (known is not null && (known.State != AgentState.Pending || request.JoinToken is null))
        {
            known.Heard(request);
            return new EnrolOutcome.Enrolled(known.Id, known.State);
        }

        if (known is null && TooMany(request) is { } limit) return new EnrolOutcome.TooMany(limit);
        var join = await _joinTokens.RedeemAsync(request.JoinToken, cancellationToken);
        if (join.Refusal is { } refusal) return refusal;
        var record = join.Apply(known?.Current ?? NewRecord(request));
        var commit = new Commit
        {
            Documents =
            [
                new DocumentWrite(Key(record.Id), known?.Version ?? 0, Write(record)),
                .. known is null
                    ? [new DocumentWrite(keyDocument, 0, WriteKey(record.Id))]
                    : Array.Empty<DocumentWrite>(),
                .. join.Writes,
            ],
            Events = [Event("agent.enrolled", record)],
        };
        if (await records.CommitAsync(commit, cancellationToken) is not CommitOutcome.Committed) return null;
        var entry = Take(record, (known?.Version ?? 0) + 1);
        entry.Heard(request);
        return new EnrolOutcome.Enrolled(record.Id, record.State);
    }

    private async Task<AgentEntry?> KnownAsync(string keyDocument, CancellationToken cancellationToken)
    {
        if (await documents.GetAsync(keyDocument, cancellationToken) is not { } found) return null;
        var key = JsonSerializer.Deserialize(found.Json, AgentJson.Default.AgentKeyRecord);
        var agent = await documents.GetAsync(Key(key!.Agent), cancellationToken);
        return agent is null ? null : Take(agent);
    }

    private int? TooMany(EnrolRequest request)
    {
        if (_agents.Count >= MaxAgents) return MaxAgents;
        var pending = request.JoinToken is null ? _agents.Values.Count(agent => agent.State == AgentState.Pending) : 0;
        return pending >= MaxPending ? MaxPending : null;
    }

    private AgentRecord NewRecord(EnrolRequest request) => new()
    {
        Id = ids.Next(),
        Name = request.Name,
        PublicKey = request.PublicKey,
        State = AgentState.Pending,
        Enrolled = time.GetUtcNow(),
        Host = request.Host,
        Runtimes = request.Runtimes,
        Slots = request.Slots,
    };

    private async Task<AgentChangeOutcome> ChangeAsync(
        string agent, string change, AgentState to, IReadOnlyList<AgentState> from, CancellationToken cancellationToken)
    {
        if (FindByHandle(agent) is not { } entry) return new AgentChangeOutcome.NotFound();
        if (!from.Contains(entry.State))
        {
            var states = string.Join(" or ", from.Select(state => state.ToString().ToLowerInvariant()));
            return new AgentChangeOutcome.Refused(
                entry.State, $"only agents that are {states} can be made {to.ToString().ToLowerInvariant()}");
        }

        return entry.State == to
            ? new AgentChangeOutcome.Changed(entry)
            : await EditAsync(entry.Id, change, record => record with { State = to }, cancellationToken);
    }

    private async Task<AgentChangeOutcome> EditAsync(
        string agent, string change, Func<AgentRecord, AgentRecord> edit, CancellationToken cancellationToken)
    {
        for (var i = 0; i < MaxTries; i++)
        {
            if (FindByHandle(agent) is not { } entry) return new AgentChangeOutcome.NotFound();
            if (entry.State == AgentState.Revoked)
                return new AgentChangeOutcome.Refused(entry.State, "a revoked agent stays revoked");
            if (await CommitAsync(entry, edit(entry.Current), change, cancellationToken))
                return new AgentChangeOutcome.Changed(entry);
        }

        throw new StoreUnavailableException("the agent met too many concurrent changes");
    }

    private async Task<bool> CommitAsync(
        AgentEntry entry, AgentRecord record, string? change, CancellationToken cancellationToken)
    {
        var version = entry.Version;
        var commit = new Commit
        {
            Documents = [new DocumentWrite(Key(record.Id), version, Write(record))],
            Events = change is null ? [] : [Event(change, record)],
        };
        if (await records.CommitAsync(commit, cancellationToken) is CommitOutcome.Committed)
        {
            entry.Replace(record, version + 1);
            return true;
        }

        if (await documents.GetAsync(Key(record.Id), cancellationToken) is { } newer) Take(newer);
        return false;
    }

    private AgentEntry Take(Document document) =>
        Take(JsonSerializer.Deserialize(document.Json, AgentJson.Default.AgentRecord)!, document.Version);

    private AgentEntry Take(AgentRecord record, long version)
    {
        var entry = _agents.GetOrAdd(
            record.Id, static (_, stored) => new AgentEntry(stored.record, stored.version), (record, version));
        if (entry.Version < version) entry.Replace(record, version);
        return entry;
    }

    private EventRow Event(string type, AgentRecord record) => new(
        0, time.GetUtcNow(), type, "", record.Id,
        JsonSerializer.Serialize(record with { PublicKey = "" }, AgentJson.Default.AgentRecord));

    private static string Key(string agent) => "agents/" + agent;

    private static string HashOf(string publicKey) =>
        Convert.ToHexStringLower(SHA256.HashData(Convert.FromBase64String(publicKey)));

    private static string Write(AgentRecord record) => JsonSerializer.Serialize(record, AgentJson.Default.AgentRecord);

    private static string WriteKey(string agent) =>
        JsonSerializer.Serialize(new AgentKeyRecord(agent), AgentJson.Default.AgentKeyRecord);
}
