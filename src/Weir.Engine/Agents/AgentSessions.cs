using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Json;
using Weir.Engine.Identity;
using Weir.Engine.Security;

namespace Weir.Engine.Agents;

/// <summary>
/// A right to sign requests with a shared key; kept in memory only, so a restart asks agents for new ones.
/// </summary>
public sealed record AgentSession(string Id, AgentEntry Agent, ReadOnlyMemory<byte> Key, DateTimeOffset Expires);

/// <summary>Open sessions: at most a few per agent, each for an hour.</summary>
public sealed class AgentSessions(IdSource ids, TimeProvider time) : IDisposable
{
    public static readonly TimeSpan Life = TimeSpan.FromHours(1);
    private const int MaxPerAgent = 4;
    private const int KeyBytes = 32;
    private readonly ConcurrentDictionary<string, AgentSession> _sessions = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly ECDiffieHellman _opening = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>What agents tell in secret is sealed to this: P-256 SubjectPublicKeyInfo, base64.</summary>
    public string SealTo => Convert.ToBase64String(_opening.ExportSubjectPublicKeyInfo());

    public void Dispose() => _opening.Dispose();

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

    /// <summary>Null when it was not sealed to this controller, in this life of it, for that attempt.</summary>
    public IReadOnlyList<string>? OpenMasks(AddMasksRequest request)
    {
        lock (_gate)
        {
            return SealedBox.TryOpen(_opening, request.Sealed, SealedBox.ForMasks(request.Fence), out var json)
                ? JsonSerializer.Deserialize(json, WeirJson.Default.IReadOnlyListString)
                : null;
        }
    }

    public AgentSession? Find(string id) =>
        _sessions.TryGetValue(id, out var session) && session.Expires > time.GetUtcNow() ? session : null;
}
