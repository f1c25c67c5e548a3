using Weir.Contracts.Flows;
using Weir.Contracts.Json;
using Weir.Contracts.Routes;
using Weir.Contracts.Runs;

namespace Weir.Contracts.Client;

public sealed class FlowsClient
{
    private readonly ApiConnection _connection;

    internal FlowsClient(ApiConnection connection) => _connection = connection;

    public Task<CreateFlowResponse> CreateAsync(
        CreateFlowRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, ApiRoutes.Flows, request,
            (WeirJson.Default.CreateFlowRequest, WeirJson.Default.CreateFlowResponse), cancellationToken);

    public Task<Page<FlowView>> ListAsync(PageQuery? page = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(PageQuery.Append(ApiRoutes.Flows, page), WeirJson.Default.PageFlowView, cancellationToken);

    /// <summary>The newest revision, or the one asked for, with its definition.</summary>
    public Task<FlowView> GetAsync(string flow, int? revision = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            new ApiQuery(ApiRoutes.Fill(ApiRoutes.Flow, flow)).With("revision", revision).ToString(),
            WeirJson.Default.FlowView, cancellationToken);

    /// <summary>All revisions, newest first, without their definitions.</summary>
    public Task<Page<FlowView>> ListRevisionsAsync(
        string flow, PageQuery? page = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            PageQuery.Append(ApiRoutes.Fill(ApiRoutes.FlowRevisions, flow), page),
            WeirJson.Default.PageFlowView, cancellationToken);

    /// <summary>Its runs stay.</summary>
    public Task DeleteAsync(string flow, CancellationToken cancellationToken = default) =>
        _connection.CallAsync(HttpMethod.Delete, ApiRoutes.Fill(ApiRoutes.Flow, flow), cancellationToken);
}
