using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Json;
using Weir.Engine.Identity;
using Weir.Engine.Security;

namespace Weir.Engine.Agents;

/// <summary>A right to sign requests with a shared key.</summary>
public sealed record AgentSession(string Id, AgentEntry Agent, ReadOnlyMemory<byte> Key, DateTimeOffset Expires);

/// <summary>What all controllers of a system know and nobody else does; null for one that is alone.</summary>
public sealed record SharedKey(byte[]? Bytes);

/// <summary>
/// Open sessions, each for an hour. A controller that is alone keeps them in memory, a few for each agent, so a restart
/// asks agents for new ones. Several controllers derive a session's key from its id and their shared key, so that each
/// of them knows it whichever opened it.
/// </summary>
public sealed class AgentSessions(AgentRegistry agents, IdSource ids, TimeProvider time, SharedKey shared) : IDisposable
{
    public static readonly TimeSpan Life = TimeSpan.FromHours(1);
    private const int MaxPerAgent = 4;
    private const int KeyBytes = 32;
    private readonly ConcurrentDictionary<string, AgentSession> _sessions = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly ECDiffieHellman _opening = OpeningOf(shared.Bytes);

    /// <summary>What agents tell in secret is sealed to this: P-256 SubjectPublicKeyInfo, base64.</summary>
    public string SealTo => Convert.ToBase64String(_opening.ExportSubjectPublicKeyInfo());

    public void Dispose() => _opening.Dispose();

    public AgentSession Open(AgentEntry agent) => shared.Bytes is { } key ? Derive(agent, key) : Keep(agent);

    public AgentSession? Find(string id)
    {
        var session = shared.Bytes is { } key ? Derived(id, key) : _sessions.GetValueOrDefault(id);
        return session?.Expires > time.GetUtcNow() ? session : null;
    }

    private AgentSession Derive(AgentEntry agent, byte[] key)
    {
        var expires = time.GetUtcNow() + Life;
        var id = string.Create(
            CultureInfo.InvariantCulture, $"{agent.Id}.{expires.ToUnixTimeMilliseconds()}.{ids.Next()}");
        return new AgentSession(id, agent, KeyOf(id, key), expires);
    }

    /// <summary>An id that was made up has a key that nobody was told.</summary>
    private AgentSession? Derived(string id, byte[] key)
    {
        var parts = id.Split('.');
        return parts.Length == 3
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var expires)
            && expires <= (time.GetUtcNow() + Life + Life).ToUnixTimeMilliseconds()
            && agents.Find(parts[0]) is { } agent
                ? new AgentSession(id, agent, KeyOf(id, key), DateTimeOffset.FromUnixTimeMilliseconds(expires))
                : null;
    }

    // What is sealed to one of several controllers may come to another.
    private static ECDiffieHellman OpeningOf(byte[]? key) => key is null
        ? ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256)
        : ECDiffieHellman.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256, D = HMACSHA256.HashData(key, "agent masks"u8),
        });

    private static byte[] KeyOf(string id, byte[] key) =>
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes("agent session " + id))[..KeyBytes];

    private AgentSession Keep(AgentEntry agent)
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
}
