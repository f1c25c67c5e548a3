using System.Net;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Tokens;
using Weir.Controller.Vault;

namespace Weir.Controller.Hosting;

/// <summary>All that a controller is told at its start.</summary>
public sealed record ControllerOptions
{
    public const int DefaultPort = 1456;

    /// <summary>Holds everything the controller keeps; made when it is not there.</summary>
    public required string DataFolder { get; init; }
    public StateBackend Backend { get; init; } = StateBackend.Sqlite;

    /// <summary>Path of the SQLite file, relative to <see cref="DataFolder"/>.</summary>
    public string DatabaseFile { get; init; } = "weir.db";

    /// <summary>How PostgreSQL is reached, as Npgsql writes it; needed with that backend.</summary>
    public string? DatabaseConnection { get; init; }

    /// <summary>
    /// Where logs and blobs are when several controllers share the database: a folder that all of them see.
    /// </summary>
    public string? SharedFolder { get; init; }
    public IPAddress Interface { get; init; } = IPAddress.Loopback;

    /// <summary>0 = any free one.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>The address others reach it at, when it is not the one it listens on.</summary>
    public string? PublicUrl { get; init; }
    public TlsOptions? Tls { get; init; }
    public VaultOptions Vault { get; init; } = new();

    /// <summary>Tokens that open one namespace each, made known at every start unless they were revoked.</summary>
    public IReadOnlyList<InitialToken> InitialTokens { get; init; } = [];

    /// <summary>False refuses every download of artifacts and blobs.</summary>
    public bool AllowDownloads { get; init; } = true;

    /// <summary>How long an agent's lease holds after a renewal.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often agents renew.</summary>
    public TimeSpan Renew { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause between two signs of life on a silent live stream.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often the controller checks itself.</summary>
    public TimeSpan SelfCheck { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long requests under way may take once the controller is asked to stop.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes of a request's body; blobs have their own limit.</summary>
    public long MaxBodyBytes { get; init; } = 4 << 20;
    public long MaxBlobBytes { get; init; } = 10L << 30;

    /// <summary>Requests of one token per second, steadily; twice as many at once.</summary>
    public int RequestsPerSecond { get; init; } = 20_000;

    /// <summary>The agent protocol that it speaks; it serves the one before too.</summary>
    public int Protocol { get; init; } = AgentProtocolNumber.Current;
    public TimeProvider Time { get; init; } = TimeProvider.System;
    public Random Random { get; init; } = new();

    /// <summary>True when what travels can be read on the way.</summary>
    public bool IsOpenToOthersInClear => Tls is null && !IPAddress.IsLoopback(Interface);
}

public enum StateBackend
{
    /// <summary>In memory: gone with the process.</summary>
    Dev,
    Sqlite,
    Postgres,
}

/// <summary>A certificate: PEM (with its key in the same or another file) or PKCS#12 with a password.</summary>
public sealed record TlsOptions(string CertificatePath)
{
    public string? KeyPath { get; init; }
    public string? Password { get; init; }
}

public sealed record InitialToken(string Namespace, string Token)
{
    public TokenRole Role { get; init; } = TokenRole.NamespaceAdmin;
}

/// <summary>Since when the controller runs.</summary>
internal sealed record ControllerClock(DateTimeOffset Started);

/// <summary>The controller cannot start; the message says why and what to do.</summary>
public sealed class ControllerStartException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Another process holds the data folder.</summary>
    public bool InUse { get; init; }
}
