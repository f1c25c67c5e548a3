using System.Collections.Concurrent;
using System.Security.Cryptography;
using Weir.Engine.Identity;

namespace Weir.Engine.Agents;

/// <summary>
/// A right to sign requests with a shared key; kept in memory only, so a restart asks agents for new ones.
/// </summary>
public sealed record AgentSession(string Id, AgentEntry Agent, ReadOnlyMemory<byte> Key, DateTimeOffset Expires);

/// <summary>Open sessions: at most a few per agent, each for an hour.</summary>
public sealed class AgentSessions(IdSource ids, TimeProvider time)
{
    public static readonly TimeSpan Life = TimeSpan.FromHours(1);
    private const int MaxPerAgent = 4;
    private const int KeyBytes = 32;
    private readonly ConcurrentDictionary<string, AgentSession> _sessions = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    public AgentSession Open(AgentEntry agent)
    {
        var now = time.GetUtcNow();
        var session = new AgentSession(ids.Next(), agent, RandomNumberGenerator.GetBytes(KeyBytes), now + Life);
        lock (_gate)
        {
            foreach (var (id, other) in _sessions)
            {
                if (other.Expires <= now) _sessions.TryRemove(id, out _);
            }

            // ids rise with time, so the first is the oldest
            var mine = _sessions.Values.Where(
                other => other.Agent == agent).Select(other => other.Id).Order(StringComparer.Ordinal).ToList();
            foreach (var id in mine.Take(mine.Count + 1 - MaxPerAgent)) _sessions.TryRemove(id, out _);
            _sessions[session.Id] = session;
        }

        return session;
    }

    public AgentSession? Find(string id) =>
        _sessions.TryGetValue(id, out var session) && session.Expires > time.GetUtcNow() ? session : null;
}
