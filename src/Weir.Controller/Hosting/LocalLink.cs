using Microsoft.Extensions.DependencyInjection;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Agents;
using Weir.Contracts.Problems;
using Weir.Engine.Agents;
using Weir.Engine.Links;
using Weir.Engine.Scheduling;
using Weir.Engine.Storage;

namespace Weir.Controller.Hosting;

/// <summary>
/// The link of an agent in the controller's own process: the same gateway and the same rules, without a network.
/// </summary>
public sealed class LocalLink : IControllerLink
{
    private readonly AgentGateway _gateway;
    private readonly IBlobStore _blobs;
    private readonly ControllerOptions _options;
    private readonly TimeProvider _time;
    private readonly AgentEntry _agent;

    private LocalLink(IServiceProvider services, AgentEntry agent)
    {
        _gateway = services.GetRequiredService<AgentGateway>();
        _blobs = services.GetRequiredService<IBlobStore>();
        _options = services.GetRequiredService<ControllerOptions>();
        _time = services.GetRequiredService<TimeProvider>();
        _agent = agent;
    }

    public string AgentId => _agent.Id;

    public Task<ClaimResponse> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken)
    {
        _agent.Heard(request);
        return AskAsync(agent => _gateway.ClaimAsync(agent, request, cancellationToken));
    }

    public Task<RenewResponse> RenewAsync(RenewRequest request, CancellationToken cancellationToken)
    {
        _agent.Heard(request);
        return AskAsync(agent => _gateway.RenewAsync(agent, request, cancellationToken));
    }

    public Task<ReportResponse> ReportAsync(ReportRequest request, CancellationToken cancellationToken) =>
        AskAsync(agent => _gateway.ReportAsync(agent, request, cancellationToken));

    public Task<AppendLogResponse> AppendLogAsync(
        AttemptFence fence, IReadOnlyList<LogPiece> pieces, CancellationToken cancellationToken) =>
        AskAsync(agent => _gateway.AppendLogAsync(agent, fence, pieces, cancellationToken));

    public Task<AddMasksResponse> AddMasksAsync(
        AttemptFence fence, IReadOnlyList<string> values, CancellationToken cancellationToken) =>
        AskAsync(agent => _gateway.AddMasksAsync(agent, fence, values, cancellationToken));

    public Task<FinishResponse> FinishAsync(FinishRequest request, CancellationToken cancellationToken) =>
        AskAsync(agent => _gateway.FinishAsync(agent, request, cancellationToken));

    public Task<bool> HasBlobAsync(AttemptFence fence, string digest, CancellationToken cancellationToken) =>
        AskAsync(async agent =>
        {
            await CheckHeldAsync(agent, fence, cancellationToken);
            return await _blobs.HeadAsync(digest, cancellationToken) is not null;
        });

    public Task PutBlobAsync(
        AttemptFence fence, string digest, long length, Func<Stream> open, CancellationToken cancellationToken) =>
        AskAsync(async agent =>
        {
            await CheckHeldAsync(agent, fence, cancellationToken);
            await using var content = open();
            var outcome = await _blobs.PutAsync(digest, content, length, cancellationToken);
            return outcome is BlobPutOutcome.Stored or BlobPutOutcome.AlreadyThere
                ? outcome
                : throw Refused(ErrorCodes.BlobDigestMismatch, $"the bytes are not those of {digest}");
        });

    public Task<Stream> GetBlobAsync(AttemptFence fence, string digest, CancellationToken cancellationToken) =>
        AskAsync(async agent =>
        {
            await CheckHeldAsync(agent, fence, cancellationToken);
            if (!_options.AllowDownloads)
                throw Refused(ErrorCodes.NotPermitted, "this controller lets nobody download blobs");
            var mayRead = await _gateway.NeedsAsync(agent, fence, digest, cancellationToken);
            return (mayRead ? await _blobs.OpenAsync(digest, cancellationToken) : null)
                ?? throw Refused(ErrorCodes.BlobNotFound, $"there is no blob {digest}");
        });

    public Task<ChannelMessage> ReceiveAsync(CancellationToken cancellationToken) =>
        AskAsync(agent => _gateway.NextMessageAsync(agent, cancellationToken));

    internal static async Task<LocalLink> OpenAsync(
        IServiceProvider services, EnrolRequest request, CancellationToken cancellationToken)
    {
        var agents = services.GetRequiredService<AgentRegistry>();
        var (join, _) = await agents.JoinTokens.CreateAsync(new CreateJoinTokenRequest(), cancellationToken);
        var outcome = await agents.EnrolAsync(request with { JoinToken = join!.Token }, cancellationToken);
        return outcome is EnrolOutcome.Enrolled enrolled && agents.Find(enrolled.Agent) is { } agent
            ? new LocalLink(services, agent)
            : throw new ControllerStartException($"the agent in this process could not enrol: {outcome}");
    }

    private async Task<T> AskAsync<T>(Func<AgentIdentity, Task<T>> ask)
    {
        if (_agent.State == AgentState.Revoked)
            throw new LinkException("the agent was revoked") { Permanent = true, Code = ErrorCodes.AgentRevoked };
        _agent.Heard(_time.GetUtcNow());
        try
        {
            return await ask(_agent.Identity);
        }
        catch (StoreUnavailableException unavailable)
        {
            throw new LinkException("the store did not answer", unavailable) { Code = ErrorCodes.StoreUnavailable };
        }
    }

    private async Task CheckHeldAsync(AgentIdentity agent, AttemptFence fence, CancellationToken cancellationToken)
    {
        if (!await _gateway.HoldsAsync(agent, fence, cancellationToken))
            throw Refused(ErrorCodes.AttemptFenced, $"the agent does not hold {fence}");
    }

    private static LinkException Refused(string code, string why) => new(why) { Code = code };
}
