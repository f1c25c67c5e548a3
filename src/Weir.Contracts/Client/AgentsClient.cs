using Weir.Contracts.Agents;
using Weir.Contracts.Json;
using Weir.Contracts.Routes;
using Weir.Contracts.Runs;
using Weir.Contracts.Tokens;

namespace Weir.Contracts.Client;

/// <summary>An agent is named by its id, a unique suffix of ≥ 6 characters, or its name when only one has it.</summary>
public sealed class AgentsClient
{
    private readonly ApiConnection _connection;

    internal AgentsClient(ApiConnection connection) => _connection = connection;

    public Task<Page<AgentView>> ListAsync(PageQuery? page = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            PageQuery.Append(ApiRoutes.Agents, page), WeirJson.Default.PageAgentView, cancellationToken);

    public Task<AgentView> GetAsync(string agent, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(ApiRoutes.Fill(ApiRoutes.Agent, agent), WeirJson.Default.AgentView, cancellationToken);

    /// <summary>Lets a pending agent work.</summary>
    public Task<AgentView> ApproveAsync(string agent, CancellationToken cancellationToken = default) =>
        ChangeAsync(ApiRoutes.AgentApprove, agent, cancellationToken);

    /// <summary>Lets it finish what it has and take nothing more.</summary>
    public Task<AgentView> DrainAsync(string agent, CancellationToken cancellationToken = default) =>
        ChangeAsync(ApiRoutes.AgentDrain, agent, cancellationToken);

    /// <summary>Lets a draining agent take work again.</summary>
    public Task<AgentView> ResumeAsync(string agent, CancellationToken cancellationToken = default) =>
        ChangeAsync(ApiRoutes.AgentResume, agent, cancellationToken);

    /// <summary>For good: its key opens nothing any more.</summary>
    public Task<AgentView> RevokeAsync(string agent, CancellationToken cancellationToken = default) =>
        ChangeAsync(ApiRoutes.AgentRevoke, agent, cancellationToken);

    public Task<AgentView> UpdateAsync(
        string agent, UpdateAgentRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Put, ApiRoutes.Fill(ApiRoutes.AgentLabels, agent), request,
            (WeirJson.Default.UpdateAgentRequest, WeirJson.Default.AgentView), cancellationToken);

    public Task<CreateJoinTokenResponse> CreateJoinTokenAsync(
        CreateJoinTokenRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, ApiRoutes.JoinTokens, request,
            (WeirJson.Default.CreateJoinTokenRequest, WeirJson.Default.CreateJoinTokenResponse), cancellationToken);

    public Task<Page<JoinTokenView>> ListJoinTokensAsync(
        PageQuery? page = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            PageQuery.Append(ApiRoutes.JoinTokens, page), WeirJson.Default.PageJoinTokenView, cancellationToken);

    public Task DeleteJoinTokenAsync(string id, CancellationToken cancellationToken = default) =>
        _connection.CallAsync(HttpMethod.Delete, ApiRoutes.Fill(ApiRoutes.JoinToken, id), cancellationToken);

    private Task<AgentView> ChangeAsync(string route, string agent, CancellationToken cancellationToken) =>
        _connection.PostAsync(ApiRoutes.Fill(route, agent), WeirJson.Default.AgentView, cancellationToken);
}
