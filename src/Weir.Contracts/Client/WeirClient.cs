using Weir.Contracts.Json;
using Weir.Contracts.Routes;
using Weir.Contracts.Tokens;

namespace Weir.Contracts.Client;

/// <summary>
/// What a workbench can ask of a controller, by noun. Thread-safe. Refusals are <see cref="WeirApiException"/>; an
/// unreachable controller is <see cref="HttpRequestException"/>. The <see cref="HttpClient"/> stays the caller's.
/// </summary>
public sealed class WeirClient
{
    private readonly ApiConnection _connection;

    public WeirClient(HttpClient http, WeirClientOptions options)
    {
        _connection = new ApiConnection(http, options);
        Agents = new AgentsClient(_connection);
        Artifacts = new ArtifactsClient(_connection);
        Events = new EventsClient(_connection);
        Flows = new FlowsClient(_connection);
        Kinds = new KindsClient(_connection);
        Logs = new LogsClient(_connection);
        Nodes = new NodesClient(_connection);
        Retention = new RetentionClient(_connection);
        Runs = new RunsClient(_connection);
        Secrets = new SecretsClient(_connection);
        Tokens = new TokensClient(_connection);
    }

    public Uri Address => _connection.Options.Address;
    public AgentsClient Agents { get; }
    public ArtifactsClient Artifacts { get; }
    public EventsClient Events { get; }
    public FlowsClient Flows { get; }
    public KindsClient Kinds { get; }
    public LogsClient Logs { get; }
    public NodesClient Nodes { get; }
    public RetentionClient Retention { get; }
    public RunsClient Runs { get; }
    public SecretsClient Secrets { get; }
    public TokensClient Tokens { get; }

    public Task<VersionView> GetVersionAsync(CancellationToken cancellationToken = default) =>
        _connection.GetAsync(ApiRoutes.Version, WeirJson.Default.VersionView, cancellationToken);

    /// <summary>Completes when the controller takes requests; throws when it does not.</summary>
    public Task CheckReadyAsync(CancellationToken cancellationToken = default) =>
        _connection.CallAsync(HttpMethod.Get, ApiRoutes.Ready, cancellationToken);

    public Task<WhoAmIView> WhoAmIAsync(CancellationToken cancellationToken = default) =>
        _connection.GetAsync(ApiRoutes.WhoAmI, WeirJson.Default.WhoAmIView, cancellationToken);
}
