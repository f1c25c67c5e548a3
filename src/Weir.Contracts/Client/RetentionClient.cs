using Weir.Contracts.Json;
using Weir.Contracts.Retention;
using Weir.Contracts.Routes;

namespace Weir.Contracts.Client;

/// <summary>How long a namespace keeps what its runs left.</summary>
public sealed class RetentionClient
{
    private readonly ApiConnection _connection;

    internal RetentionClient(ApiConnection connection) => _connection = connection;

    public Task<RetentionPolicy> GetAsync(CancellationToken cancellationToken = default) =>
        _connection.GetAsync(ApiRoutes.Retention, WeirJson.Default.RetentionPolicy, cancellationToken);

    public Task<RetentionPolicy> SetAsync(RetentionPolicy policy, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Put, ApiRoutes.Retention, policy,
            (WeirJson.Default.RetentionPolicy, WeirJson.Default.RetentionPolicy), cancellationToken);

    /// <summary>What the policy would let go now.</summary>
    public Task<RetentionReport> PreviewAsync(CancellationToken cancellationToken = default) =>
        _connection.GetAsync(ApiRoutes.RetentionPreview, WeirJson.Default.RetentionReport, cancellationToken);

    /// <summary>Lets go now what the policy does not keep, in place of at the controller's next turn.</summary>
    public Task<RetentionReport> RunAsync(CancellationToken cancellationToken = default) =>
        _connection.PostAsync(ApiRoutes.RetentionRun, WeirJson.Default.RetentionReport, cancellationToken);
}
