using Weir.Contracts.Json;
using Weir.Contracts.Nodes;
using Weir.Contracts.Routes;
using Weir.Contracts.Runs;

namespace Weir.Contracts.Client;

/// <summary>Kinds of nodes.</summary>
public sealed class KindsClient
{
    private readonly ApiConnection _connection;

    internal KindsClient(ApiConnection connection) => _connection = connection;

    public Task<CreateKindResponse> CreateAsync(
        CreateKindRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, ApiRoutes.Kinds, request,
            (WeirJson.Default.CreateKindRequest, WeirJson.Default.CreateKindResponse), cancellationToken);

    public Task<Page<KindView>> ListAsync(PageQuery? page = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(PageQuery.Append(ApiRoutes.Kinds, page), WeirJson.Default.PageKindView, cancellationToken);

    /// <summary>The newest version, or the one asked for, with its schema.</summary>
    public Task<KindView> GetAsync(string kind, int? version = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            new ApiQuery(ApiRoutes.Fill(ApiRoutes.Kind, kind)).With("version", version).ToString(),
            WeirJson.Default.KindView, cancellationToken);
}
