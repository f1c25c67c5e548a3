using System.Text.Json.Serialization;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Json;

namespace Weir.Contracts.Agents;

public sealed record AgentView
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required AgentState State { get; init; }

    /// <summary>Heard from within the last lease.</summary>
    public bool Online { get; init; }
    public DateTimeOffset? LastSeen { get; init; }
    public required DateTimeOffset Enrolled { get; init; }

    /// <summary>Set at enrolment or by an admin; decide which steps it may claim.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();

    /// <summary>What the agent says of its host; for people, never for rights.</summary>
    public IReadOnlyDictionary<string, string> Host { get; set; } = new Dictionary<string, string>();

    /// <summary>Namespaces it may work for; empty = all.</summary>
    public IReadOnlyList<string> Namespaces { get; set; } = [];
    public IReadOnlyList<string> Runtimes { get; set; } = [];
    public int Slots { get; init; }
    public int Busy { get; init; }

    /// <summary>Why it takes nothing new for now, as it says itself; null when it does.</summary>
    public string? Paused { get; init; }
}

[JsonConverter(typeof(SnakeCaseEnumConverter<AgentState>))]
public enum AgentState
{
    /// <summary>Joined without a token; an admin must approve it.</summary>
    Pending,
    Active,

    /// <summary>Finishes what it has, takes nothing more.</summary>
    Draining,
    Revoked,
}

/// <summary>
/// Introduces an agent. With a valid join token it is active at once, without one it waits for approval.
/// </summary>
/// <param name="Name">The name people see.</param>
/// <param name="PublicKey">P-256 SubjectPublicKeyInfo, base64.</param>
public sealed record EnrolRequest(string Name, string PublicKey)
{
    public string? JoinToken { get; init; }
    public int Slots { get; set; } = 1;
    public int Protocol { get; set; } = AgentProtocolNumber.Current;
    public IReadOnlyList<string> Runtimes { get; set; } = [];
    public IReadOnlyDictionary<string, string> Host { get; set; } = new Dictionary<string, string>();
}

public sealed record EnrolResponse(string AgentId, AgentState State);

/// <summary>
/// Opens a session: the request is signed with the agent's key, the answer carries a sealed session key.
/// </summary>
/// <param name="SealedKey">32-byte HMAC key sealed to the agent's public key, base64.</param>
/// <param name="ExpiresInMilliseconds">Ask for a new session before that.</param>
public sealed record SessionResponse(string Session, string SealedKey, int ExpiresInMilliseconds)
{
    public required AgentState State { get; init; }

    /// <summary>
    /// P-256 SubjectPublicKeyInfo, base64: what the agent tells in secret is sealed to it. Null at an older controller.
    /// </summary>
    public string? SealTo { get; init; }
}

/// <summary>Replaces an agent's labels and namespaces; what is left out (null) stays.</summary>
public sealed record UpdateAgentRequest
{
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public IReadOnlyList<string>? Namespaces { get; init; }
}

public sealed record CreateJoinTokenRequest
{
    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();
    public IReadOnlyList<string> Namespaces { get; set; } = [];
    public int Uses { get; set; } = 1;

    /// <summary>Lifetime; the default is one hour.</summary>
    [JsonConverter(typeof(DurationConverter))]
    public TimeSpan ExpiresIn { get; set; } = TimeSpan.FromHours(1);
}

/// <summary>The token is shown this once.</summary>
public sealed record CreateJoinTokenResponse(string Token, DateTimeOffset Expires);
