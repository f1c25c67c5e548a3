using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Agent.Folders;
using Weir.Engine.Links;
using Weir.Engine.Runtimes;

namespace Weir.Agent;

/// <summary>
/// All that an agent's loops reach the world with. Each part has an implementation without threads, files and wall
/// clock, so that a simulator runs the whole agent on one thread.
/// </summary>
public sealed record AgentContext
{
    public required AgentOptions Options { get; init; }
    public required IControllerLink Link { get; init; }
    public required AgentDirectory Directory { get; init; }

    /// <summary>In order of preference.</summary>
    public required IReadOnlyList<IContainerRuntime> Runtimes { get; init; }
    public required TimeProvider Time { get; init; }
    public required Random Random { get; init; }

    /// <summary>Opens what assignments carry sealed; null = this agent takes nothing sealed.</summary>
    public ECDiffieHellman? Key { get; init; }
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>What the agent says of its host (<c>host.*</c>).</summary>
    public IReadOnlyDictionary<string, string> Host { get; init; } = new Dictionary<string, string>();
}
