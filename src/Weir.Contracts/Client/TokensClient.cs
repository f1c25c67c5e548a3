using Weir.Contracts.Json;
using Weir.Contracts.Routes;
using Weir.Contracts.Runs;
using Weir.Contracts.Tokens;

namespace Weir.Contracts.Client;

public sealed class TokensClient
{
    private readonly ApiConnection _connection;

    internal TokensClient(ApiConnection connection) => _connection = connection;

    public Task<CreateTokenResponse> CreateAsync(
        CreateTokenRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, ApiRoutes.Tokens, request,
            (WeirJson.Default.CreateTokenRequest, WeirJson.Default.CreateTokenResponse), cancellationToken);

    public Task<Page<TokenView>> ListAsync(PageQuery? page = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            PageQuery.Append(ApiRoutes.Tokens, page), WeirJson.Default.PageTokenView, cancellationToken);

    /// <summary>From then on it opens nothing.</summary>
    public Task RevokeAsync(string id, CancellationToken cancellationToken = default) =>
        _connection.CallAsync(HttpMethod.Delete, ApiRoutes.Fill(ApiRoutes.Token, id), cancellationToken);
}
