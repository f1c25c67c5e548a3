using Weir.Contracts.Json;
using Weir.Contracts.Routes;
using Weir.Contracts.Runs;
using Weir.Contracts.Secrets;

namespace Weir.Contracts.Client;

public sealed class SecretsClient
{
    private readonly ApiConnection _connection;

    internal SecretsClient(ApiConnection connection) => _connection = connection;

    public Task<SecretView> SetAsync(string name, string value, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Put, ApiRoutes.Fill(ApiRoutes.Secret, name), new SetSecretRequest(value),
            (WeirJson.Default.SetSecretRequest, WeirJson.Default.SecretView), cancellationToken);

    public Task<Page<SecretView>> ListAsync(PageQuery? page = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            PageQuery.Append(ApiRoutes.Secrets, page), WeirJson.Default.PageSecretView, cancellationToken);

    public Task DeleteAsync(string name, CancellationToken cancellationToken = default) =>
        _connection.CallAsync(HttpMethod.Delete, ApiRoutes.Fill(ApiRoutes.Secret, name), cancellationToken);

    /// <summary>Seals with the newest master key what another one seals.</summary>
    /// <param name="all">In all namespaces; for admins.</param>
    public Task<RotateSecretsResponse> RotateAsync(bool all = false, CancellationToken cancellationToken = default) =>
        _connection.PostAsync(
            all ? ApiRoutes.SecretsRotate + "?all=true" : ApiRoutes.SecretsRotate,
            WeirJson.Default.RotateSecretsResponse, cancellationToken);
}
