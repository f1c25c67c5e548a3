using Weir.Controller.Hosting;
using Weir.Controller.Vault;

namespace Weir.Controller.Config;

/// <summary>
/// The one config file, with flags and environment laid over it. Null = not said; the verb's default holds.
/// </summary>
public sealed record WeirConfig
{
    /// <summary>A lease outlasts two renewals that were lost.</summary>
    private const int RenewalsPerLease = 3;

    /// <summary>In the order of preference.</summary>
    public static readonly IReadOnlyList<string> AllRuntimes = ["process", "docker", "fake"];

    public WeirMode? Mode { get; init; }

    /// <summary>Absolute.</summary>
    public required string DataFolder { get; init; }
    public NodeConfig Node { get; init; } = new();
    public VaultOptions Vault { get; init; } = new();
    public JoinConfig Join { get; init; } = new();
    public IReadOnlyList<DatasourceConfig> Datasources { get; init; } = [];
    public StateBackend Backend { get; init; } = StateBackend.Sqlite;

    /// <summary>Relative to <see cref="DataFolder"/>.</summary>
    public string DatabaseFile { get; init; } = "weir.db";

    /// <summary>How PostgreSQL is reached, as Npgsql writes it; it may hold a password.</summary>
    public string? DatabaseConnection { get; init; }

    /// <summary>Absolute; see <see cref="ControllerOptions.SharedFolder"/>.</summary>
    public string? SharedFolder { get; init; }

    /// <summary>For the agent of a standalone process; elsewhere labels come from the join token or an admin.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// What an agent may offer: <c>docker</c> unless denied, <c>process</c> and <c>fake</c> if allowed.
    /// </summary>
    public IReadOnlyList<string> Runtimes { get; init; } = ["docker"];

    /// <summary>What the agent beside a controller may offer: all that are not denied.</summary>
    public IReadOnlyList<string> LocalRuntimes { get; init; } = AllRuntimes;

    public ControllerOptions ToControllerOptions() => new()
    {
        DataFolder = DataFolder,
        Backend = Backend,
        DatabaseFile = DatabaseFile,
        DatabaseConnection = DatabaseConnection,
        SharedFolder = SharedFolder,
        Interface = Node.Interface,
        Port = Node.Port,
        PublicUrl = Node.Url,
        Tls = Node.Tls,
        InitialTokens = Node.InitialTokens,
        AllowDownloads = Node.AllowDownloads,
        Renew = Node.Heartbeat,
        Lease = RenewalsPerLease * Node.Heartbeat,
        SelfCheck = Node.HealthCheck,
        RequestsPerSecond = Node.RequestsPerSecond,
        Vault = Vault,
    };
}

public enum WeirMode
{
    /// <summary>A controller.</summary>
    Node,

    /// <summary>An agent.</summary>
    Client,

    /// <summary>Both in one process.</summary>
    Standalone,
}

public sealed record NodeConfig
{
    public string Name { get; init; } = "weir";

    /// <summary>What others reach it by: a proxy may speak https before a controller that does not.</summary>
    public string Protocol { get; init; } = "http";
    public System.Net.IPAddress Interface { get; init; } = System.Net.IPAddress.Loopback;

    /// <summary>The address others reach it at; null = where it listens.</summary>
    public string? Url { get; init; }
    public int Port { get; init; } = ControllerOptions.DefaultPort;
    public TimeSpan HealthCheck { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often agents renew; a lease lasts three times as long.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(10);
    public bool AllowDownloads { get; init; } = true;

    /// <summary>As many each token may send.</summary>
    public int RequestsPerSecond { get; init; } = 20_000;
    public TlsOptions? Tls { get; init; }
    public IReadOnlyList<InitialToken> InitialTokens { get; init; } = [];
}

public sealed record JoinConfig
{
    public bool First { get; init; } = true;

    /// <summary>The controllers that an agent dials: one, and the next when that is away.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [];

    /// <summary>A join token; without one the agent waits for approval.</summary>
    public string? Token { get; init; }
}

/// <summary>A private table at an agent.</summary>
/// <param name="Kind">How it is kept: <c>file</c>.</param>
/// <param name="Type">Its format: <c>csv</c>, <c>tsv</c>.</param>
/// <param name="Path">As written: not relative to the data folder.</param>
/// <param name="Tokens">Tokens of the projects that may use it.</param>
public sealed record DatasourceConfig(string Name, string Kind, string Type, string Path, IReadOnlyList<string> Tokens)
{
    /// <summary>False when its file is missing.</summary>
    public bool Enabled { get; init; } = true;
}
