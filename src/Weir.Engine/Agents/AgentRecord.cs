using Weir.Contracts.Agents;

namespace Weir.Engine.Agents;

/// <summary>An agent as it is stored under <c>agents/&lt;id&gt;</c>.</summary>
internal sealed record AgentRecord
{
    public required string Id { get; init; }
    public required string Name { get; init; }

    /// <summary>P-256 SubjectPublicKeyInfo, base64.</summary>
    public required string PublicKey { get; init; }
    public required AgentState State { get; init; }
    public required DateTimeOffset Enrolled { get; init; }
    public DateTimeOffset? LastSeen { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    public IReadOnlyList<string> Namespaces { get; init; } = [];
    public IReadOnlyDictionary<string, string> Host { get; init; } = new Dictionary<string, string>();
    public IReadOnlyList<string> Runtimes { get; init; } = [];
    public int Slots { get; init; } = 1;
}

/// <summary>Finds an agent by its key: stored under <c>agent-keys/&lt;SHA-256 of the key&gt;</c>.</summary>
internal sealed record AgentKeyRecord(string Agent);

/// <summary>A right to enrol, stored under <c>join-tokens/&lt;SHA-256 of the token&gt;</c>.</summary>
internal sealed record JoinTokenRecord
{
    public required string Id { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    public IReadOnlyList<string> Namespaces { get; init; } = [];
    public required int UsesLeft { get; init; }
    public required DateTimeOffset Created { get; init; }
    public required DateTimeOffset Expires { get; init; }
}
